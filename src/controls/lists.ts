import type { Store } from '../storage/store.ts'
import type { CallJournal } from '../web-api/journal.ts'
import { ControlRefusal, isControlRefusal } from './control-refusal.ts'
import { pageOf, readPage } from './page-of.ts'
import type { Deliveries, Mailbox } from './ports.ts'
import { findEvents, findMessages, showDelivery } from './seen.ts'

export type Controlled = Promise<object | ControlRefusal>

/** What happened, the newest last. */
export interface Lists {
  listCalls(query: unknown): Controlled
  listEvents(query: unknown): Controlled
  listDeliveries(query: unknown): Controlled
  redeliver(id: string): Controlled
  listMail(query: unknown): Controlled
  listMessages(query: unknown): Controlled
}

export interface Listed {
  readonly store: Store
  readonly journal: CallJournal
  readonly deliveries: Deliveries
  readonly mailbox: Mailbox
}

export function createLists({ store, journal, deliveries, mailbox }: Listed): Lists {
  return {
    listCalls: (query) => list('calls', query, () => journal.list(), byId),
    listEvents: (query) => list('events', query, () => findEvents(store), byId),
    listDeliveries: (query) => list('deliveries', query, () => deliveries.deliveries().map(showDelivery), byId),
    listMail: (query) => list('mail', query, () => mailbox.mail(), byId),
    listMessages: (query) => list('messages', query, () => findMessages(store), byId),

    async redeliver(id) {
      const delivery = await deliveries.redeliver(id)
      if (delivery !== undefined) return { delivery: showDelivery(delivery) }
      return new ControlRefusal(404, 'unknown_delivery', 'no delivery of this id is kept; GET deliveries lists them')
    },
  }
}

async function list<T>(
  name: string,
  query: unknown,
  find: () => readonly T[] | Promise<readonly T[]>,
  idOf: (entry: T) => string,
): Controlled {
  const page = readPage(query)
  return isControlRefusal(page) ? page : { [name]: pageOf(await find(), page, idOf) }
}

const byId = ({ id }: { readonly id: string }) => id
