import type { TeamId } from '../domain/ids.ts'
import type { Held } from '../nodes/work.ts'
import { LeaseLost } from '../storage/leases.ts'
import type { Store, Undelivered } from '../storage/store.ts'

/** How long the store may be behind what was delivered, and by how many entries: as much is delivered again after a
 * crash. */
const SAVE_MS = 100
const SAVE_ENTRIES = 200
/** How long it may be behind what was passed over, which costs nothing but reading. */
const SAVE_PASSED_MS = 30_000
const SAVE_AGAIN_MS = 1000

export interface PlaceOptions {
  readonly store: Store
  readonly teamId: TeamId
  readonly reader: string
  readonly cursor: number
  /** Who saves is the one whose work it is: the store refuses all others. */
  readonly held: Pick<Held, 'lease' | 'lose'>
  readonly log: { warn(fields: object, message: string): void }
}

/** Where one reader of a team's log stands, and its lazy saving. The cursor never passes an entry that is neither dealt with
 * nor kept in the same transaction. */
export class Place {
  readonly #store: Store
  readonly #teamId: TeamId
  readonly #reader: string
  readonly #held: PlaceOptions['held']
  readonly #log: PlaceOptions['log']
  /** The last entry that was read. */
  #position: number
  #saved: number
  /** Entries that are being dealt with, lowest first, and how many of their events are. */
  readonly #open = new Map<number, number>()
  /** Rows to keep, or to drop, at the next saving. */
  #changes = new Map<string, Undelivered | null>()
  /** Rows that the store may have, without those that were given up. */
  readonly #stored: Set<string>
  #dealtWith = 0
  #timer: NodeJS.Timeout | undefined
  #timerMs = 0
  #saving: Promise<void> = Promise.resolve()
  #abandoned = false

  constructor({ store, teamId, reader, cursor, held, log }: PlaceOptions, stored: readonly Undelivered[]) {
    this.#store = store
    this.#teamId = teamId
    this.#reader = reader
    this.#held = held
    this.#log = log
    this.#position = cursor
    this.#saved = cursor
    this.#stored = new Set(stored.map(({ id }) => id))
  }

  get position(): number {
    return this.#position
  }

  /** Everything up to here is dealt with. */
  get cursor(): number {
    const [lowestOpen] = this.#open.keys()
    return lowestOpen === undefined ? this.#position : lowestOpen - 1
  }

  /** The entry is not for this reader. */
  pass(seq: number): void {
    this.#position = seq
    this.#saveWithin(SAVE_PASSED_MS)
  }

  /** So many events of the entry are to be dealt with. */
  open(seq: number, events: number): void {
    this.#position = seq
    this.#open.set(seq, events)
  }

  /** One of them is. */
  close(seq: number): void {
    const rest = (this.#open.get(seq) ?? 1) - 1
    if (rest > 0) this.#open.set(seq, rest)
    else this.#open.delete(seq)
    this.#dealtWith += 1
    this.#saveWithin(this.#dealtWith < SAVE_ENTRIES ? SAVE_MS : 0)
  }

  keep(row: Undelivered): void {
    this.#changes.set(row.id, row)
    this.#saveWithin(SAVE_MS)
  }

  /** An event that failed and arrived before it was ever saved needs no row at all. */
  drop(id: string, mayBeStored: boolean = this.#stored.has(id)): void {
    if (mayBeStored) this.#changes.set(id, null)
    else if (!this.#changes.delete(id)) return
    this.#saveWithin(SAVE_MS)
  }

  /** Writes what there is to write; one transaction at a time. Rejects where the store cannot. */
  save(): Promise<void> {
    const saving = this.#saving.then(() => this.#write())
    this.#saving = saving.catch(() => {})
    return saving
  }

  /** Saves no more; resolves when nothing is being written. */
  abandon(): Promise<void> {
    this.#abandoned = true
    clearTimeout(this.#timer)
    return this.#saving
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { cursor } = this
    const changes = this.#changes
    if (this.#abandoned || (cursor === this.#saved && changes.size === 0)) return
    this.#changes = new Map()
    this.#dealtWith = 0
    const rows = [...changes.values()]
    const keep = rows.filter((row) => row !== null)
    const drop = [...changes.keys()].filter((id) => changes.get(id) === null)
    for (const { id } of keep) this.#stored.add(id)
    try {
      const { lease } = this.#held
      await this.#store.saveProgress({ teamId: this.#teamId, reader: this.#reader, cursor, keep, drop, lease })
    } catch (error) {
      if (error instanceof LeaseLost) return this.#lose()
      this.#changes = new Map([...changes, ...this.#changes])
      throw error
    }
    this.#saved = cursor
    for (const id of drop) this.#stored.delete(id)
    for (const { id, nextAt } of keep) if (nextAt === null) this.#stored.delete(id)
  }

  /** Another node goes on from what was saved last. */
  #lose(): void {
    this.#abandoned = true
    this.#held.lose()
  }

  #saveWithin(delayMs: number): void {
    if (this.#abandoned || (this.#timer !== undefined && this.#timerMs <= delayMs)) return
    clearTimeout(this.#timer)
    this.#timerMs = delayMs
    this.#timer = setTimeout(() => this.#saveOrTryAgain(), delayMs).unref()
  }

  #saveOrTryAgain(): void {
    this.#timer = undefined
    this.save().catch((error) => {
      this.#log.warn({ reader: this.#reader, err: error }, 'How far events were delivered could not be saved yet.')
      this.#saveWithin(SAVE_AGAIN_MS)
    })
  }
}
