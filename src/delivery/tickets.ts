import { randomBytes } from 'node:crypto'
import type { Store } from '../storage/store.ts'
import type { SocketPass, SocketTickets } from '../web-api/sockets.ts'
import { digestOfTicket, sealPass, unsealPass } from './sealed-pass.ts'

const TICKET_BYTES = 16
const TICKET_FORM = /^[\w-]{22}$/
const LIFE_MS = 30_000

export interface Tickets extends SocketTickets {
  /** What the ticket stands for, once and in time, whichever node has issued it. */
  redeem(ticket: string): Promise<SocketPass | undefined>
}

export function createTickets(store: Pick<Store, 'saveTicket' | 'takeTicket'>, lifeMs: number = LIFE_MS): Tickets {
  return {
    async issue(pass) {
      const ticket = randomBytes(TICKET_BYTES).toString('base64url')
      const isKept = await store.saveTicket(digestOfTicket(ticket), sealPass(pass, ticket), lifeMs)
      return isKept ? ticket : undefined
    },
    async redeem(ticket) {
      if (!TICKET_FORM.test(ticket)) return undefined
      const sealed = await store.takeTicket(digestOfTicket(ticket))
      return sealed === undefined ? undefined : unsealPass(sealed, ticket)
    },
  }
}
