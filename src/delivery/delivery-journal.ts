import type { AppId, TeamId } from '../domain/ids.ts'

/** One attempt to deliver one event. */
export interface Delivery {
  /** The `event_id`: attempts of one event share it. */
  readonly id: string
  readonly teamId: TeamId
  readonly appId: AppId
  readonly url: string
  readonly type: string
  /** Position in the log; 0 where the delivery tells nothing of it. */
  readonly seq: number
  /** 1 for the first. */
  readonly attempt: number
  readonly ok: boolean
  /** Of the answer; `null` where there was none. */
  readonly status: number | null
  /** Slack's word for the failure; `null` where there was none. */
  readonly reason: string | null
  /** Unix milliseconds by the server's clock. */
  readonly at: number
  readonly durationMs: number
}

/** What is known of the last attempt. */
export type PastDelivery = Pick<Delivery, 'id' | 'seq' | 'type' | 'attempt' | 'ok' | 'reason'>

const DELIVERIES_MAX = 10_000

/** The last deliveries, in memory: what was delivered costs no row. */
export class DeliveryJournal {
  #deliveries: Delivery[] = []

  add(delivery: Delivery): void {
    this.#deliveries.push(delivery)
    // Cut at twice the length, so that not every delivery moves all the others.
    if (this.#deliveries.length >= 2 * DELIVERIES_MAX) this.#deliveries = this.list()
  }

  /** Oldest first. */
  list(): Delivery[] {
    return this.#deliveries.slice(-DELIVERIES_MAX)
  }

  /** The last attempt. */
  find(id: string): Delivery | undefined {
    return this.#deliveries.findLast((delivery) => delivery.id === id)
  }

  clear(): void {
    this.#deliveries = []
  }
}
