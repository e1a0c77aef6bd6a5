import type { Grant } from '../domain/grant.ts'

/** One WebSocket, as Socket Mode and RTM see it. */
export interface SocketLine {
  /** Sends one text message. A client that does not keep up is cut off instead. */
  send(text: string): void
  /** Says goodbye in WebSocket's own way. */
  close(code: number, reason: string): void
}

/** Who is at the other end, and what the address asked for. */
export interface SocketOpening {
  readonly grant: Grant
  readonly query: URLSearchParams
}

/** What speaks on a line that is open. */
export interface SocketSession {
  /** Hears one message of the client. False: it was of no use. */
  receive(text: string): boolean
  /** The token no longer allows the connection. */
  revoke(): void
  /** The server is about to stop. */
  retire(): void
  /** The line is gone. */
  closed(): void
}

/** Takes the lines of one kind. */
export interface SocketRoom {
  open(line: SocketLine, opening: SocketOpening): SocketSession
  /** Turns away somebody whose ticket was good but whose token no longer is. */
  turnAway(line: SocketLine): void
}

/** Close codes of RFC 6455, section 7.4.1. */
export const CLOSE = { normal: 1000, goingAway: 1001, policy: 1008 } as const
