import type { Grant } from '../domain/grant.ts'

/** Lets callers of the Web API open a WebSocket: they are answered an address with a ticket in it. */
export interface SocketTickets {
  /** A ticket for one connection, good for half a minute; `undefined` while too many are out. */
  issue(invitation: Invitation): string | undefined
}

/** What a ticket stands for. */
export interface Invitation {
  readonly kind: 'socket-mode' | 'rtm'
  readonly grant: Grant
  /** Whether the token may still hold a connection; asked again for as long as there is one. */
  isStillAllowed(): Promise<boolean>
}
