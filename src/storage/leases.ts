import type { TeamId } from '../domain/ids.ts'

/** Who does the work that one node at a time may do. A node is a process on the store, under an id that it alone has ever
 * had (docs/decisions/0051). Times are the store's, and are not the clock's that people may move. */
export interface Leases {
  /** Begins a node, which lives for so many milliseconds unless it is renewed. */
  begin(nodeId: string, validMs: number): Promise<void>
  /** Prolongs the node's life and names all that live, itself among them. None: its life is over, for good. */
  renew(nodeId: string, validMs: number): Promise<readonly string[]>
  /** Takes, of the work named, all that no other living node has. */
  take(nodeId: string, works: readonly WorkName[]): Promise<readonly Lease[]>
  /** What is somebody else's by now stays theirs. */
  giveBack(leases: readonly Lease[]): Promise<void>
  /** Ends the node: whatever it had is free. */
  end(nodeId: string): Promise<void>
  /** Calls `listener` when something was given back or a node has ended, where that can be heard of; whoever looks every
   * so often misses nothing. Returns how to stop it. */
  onFreed(listener: () => void): () => void
}

export interface WorkName {
  /** Empty: it is nobody's in particular. */
  readonly teamId: TeamId | ''
  readonly name: string
}

/** Whoever writes with a lease in hand is refused once it is another's. */
export interface Lease extends WorkName {
  /** The node. */
  readonly owner: string
  /** Grows whenever somebody takes the work. */
  readonly epoch: number
}

/** Another node has, or may have, the lease that the caller writes with. Nothing was written. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}
