import { StorageUnavailable } from '../store.ts'
import { outageOf } from './transaction.ts'

/** Lets queries pass while the store is open. */
export class Gate {
  /** Known here, since asking the driver costs every read more than a look into a cache. */
  #isOpen = true

  check(): void {
    if (!this.#isOpen) throw new StorageUnavailable('The store is closed.')
  }

  read<Result>(query: () => Result): Result {
    this.check()
    try {
      return query()
    } catch (error) {
      throw outageOf(error)
    }
  }

  close(): void {
    this.#isOpen = false
  }
}
