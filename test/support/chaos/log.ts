import { queryAt } from '../postgres.ts'
import type { Told } from './event.ts'

export interface Entry extends Told {
  readonly seq: number
  readonly expiration: number
}

export interface Stored {
  /** In its order. */
  readonly log: readonly Entry[]
  readonly people: readonly Omit<Entry, 'seq'>[]
}

/** Reads the tables beside the servers. */
export async function readStored(url: string): Promise<Stored> {
  const inOrder = "select seq, user_id as id, body from log where kind = 'user' order by seq"
  const log = await queryAt<Row>(url, inOrder)
  const people = await queryAt<Row>(url, 'select 0 as seq, id, body from users')
  return { log: log.map(toEntry), people: people.map(toEntry) }
}

interface Row {
  readonly seq: string
  readonly id: string
  readonly body: string
}

function toEntry({ seq, id, body }: Row): Entry {
  const { profile } = JSON.parse(body)
  const { text, expiration } = profile.status
  return { seq: Number(seq), userId: id, title: profile.title, statusText: text, expiration }
}
