import type { Mail } from './mail-texts.ts'

/** Where mails go. */
export interface Post {
  /** Something the operator should know of it. */
  readonly notice?: string
  /** No mail can be sent by this process: none is taken from where it waits. */
  readonly isAway?: true
  /** Rejects with `Undeliverable` where it is known why. */
  send(mail: Mail): Promise<void>
  close(): Promise<void>
}

/** A mail that was not taken. The reason names no address, so that it may be logged and kept. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable'
  readonly reason: string
  /** Whether the same mail would be refused again. */
  readonly isFinal: boolean

  constructor(reason: string, isFinal: boolean) {
    super(reason)
    this.reason = reason
    this.isFinal = isFinal
  }
}

/** For a server that is given neither a mail server nor a folder. */
export function createWaitingPost(): Post {
  return {
    notice: 'Without --smtp-url no mail is sent: mails wait in the database until a server is started with it.',
    isAway: true,
    send: async () => {
      throw new Undeliverable('no_mail_server', false)
    },
    close: async () => undefined,
  }
}
