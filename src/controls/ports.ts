/** What the controls show and steer beside the store. */

/** The last attempts to deliver an event, and another attempt. */
export interface Deliveries {
  /** Oldest first. */
  deliveries(): readonly DeliverySeen[]
  /** `undefined` where no delivery of this id is known. */
  redeliver(id: string): Promise<DeliverySeen | undefined>
}

/** One attempt to deliver one event. */
export interface DeliverySeen {
  /** The `event_id`: attempts of one event share it. */
  readonly id: string
  readonly teamId: string
  readonly appId: string
  readonly url: string
  readonly type: string
  readonly seq: number
  /** 1 for the first. */
  readonly attempt: number
  readonly ok: boolean
  readonly status: number | null
  readonly reason: string | null
  /** Unix milliseconds. */
  readonly at: number
  readonly durationMs: number
}

/** The mail that was sent, kept instead of sent. */
export interface Mailbox {
  /** Oldest first, as it is to be shown. */
  mail(): readonly MailSeen[]
  clear(): void
}

export interface MailSeen {
  readonly id: string
}

/** Whatever reads the store on its own: delivery, mail, sockets. */
export interface StoreReader {
  /** Resolves when what is due by the clock has been started. */
  runDue?(): Promise<void>
  /** Stands aside while `restore` replaces all that is stored and sets the clock, forgets what it knew, and begins again. */
  reset?(restore: () => Promise<void>): Promise<void>
}
