import type { Lease, WorkName } from '../storage/leases.ts'

/** Work that one node at a time does. Its calls come one after the other, but for `lost`, which waits for nobody. */
export interface Work extends WorkName {
  /** Whether all nodes want it, so that it is spread over them; otherwise whoever wants it first has it. */
  readonly spread: boolean
  /** This node has it from now on. */
  begin(held: Held): Promise<void>
  /** Finishes what is on its way; then another node may have it. */
  finish(): Promise<void>
  /** Drops everything at once: another node may be at it already. Comes also while it begins or finishes. */
  abandon(): Promise<void>
}

/** A lease as its holder sees it. */
export interface Held {
  readonly lease: Lease
  /** Whether nobody else can have it yet. */
  isValid(): boolean
  /** The store says that it is somebody else's. */
  lose(): void
}
