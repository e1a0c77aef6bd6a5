import type { Grant } from '../domain/grant.ts'

/** By which call a WebSocket was asked for: all that its ticket stands for, at whichever node it is shown. */
export interface SocketPass {
  readonly kind: 'socket-mode' | 'rtm'
  /** The name of the method. */
  readonly method: string
  readonly token: string
  readonly ip: string
}

/** Lets callers of the Web API open a WebSocket: they are answered an address with a ticket in it. */
export interface SocketTickets {
  /** A ticket for one connection, good for half a minute; `undefined` while too many are out. */
  issue(pass: SocketPass): Promise<string | undefined>
}

/** Judges passes, for as long as there is a connection. */
export interface Admission {
  /** Whom the pass lets in, judged now, as if the same call came once more; `undefined`: nobody. */
  admit(pass: SocketPass): Promise<Grant | undefined>
  /** Whether the token has been revoked, or its time is over: a part of the same, which costs little. */
  hasEnded(pass: SocketPass): Promise<boolean>
}
