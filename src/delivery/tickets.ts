import { randomBytes } from 'node:crypto'
import type { Invitation, SocketTickets } from '../web-api/sockets.ts'

const TICKET_BYTES = 16
const LIFE_MS = 30_000
const TICKETS_MAX = 10_000

export interface Tickets extends SocketTickets {
  /** What the ticket stands for, once and in time. */
  redeem(ticket: string): Invitation | undefined
}

/** Tickets are kept in memory: a server that starts anew has no connections to let in. `now` is real time. */
export function createTickets(now: () => number = () => performance.now(), max = TICKETS_MAX): Tickets {
  /** All live equally long, so the oldest stands first and expires first. */
  const open = new Map<string, { readonly invitation: Invitation; readonly expiresAt: number }>()

  function dropExpired(): void {
    for (const [ticket, { expiresAt }] of open) {
      if (expiresAt > now()) return
      open.delete(ticket)
    }
  }

  return {
    issue(invitation) {
      dropExpired()
      if (open.size >= max) return undefined
      const ticket = randomBytes(TICKET_BYTES).toString('base64url')
      open.set(ticket, { invitation, expiresAt: now() + LIFE_MS })
      return ticket
    },
    redeem(ticket) {
      dropExpired()
      const found = open.get(ticket)
      open.delete(ticket)
      return found?.invitation
    },
  }
}
