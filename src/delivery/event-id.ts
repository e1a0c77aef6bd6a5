import { createHash } from 'node:crypto'
import type { AppId, TeamId } from '../domain/ids.ts'

/** 72 bits, so that no two of a thousand million events are ever likely to share an id. */
const HASH_BYTES = 9
const ID_LENGTH = 14

/** What an id is made of, beside the event's type and the app. */
export interface Told {
  readonly teamId: TeamId
  readonly seq: number
  /** Unix milliseconds: numbers are given anew where a store was set back. */
  readonly at: number
}

/** Slack's `Ev…`, from nothing but what the event is: a repeated delivery has the id of the first
 * (docs/decisions/0040). */
export function eventIdOf({ teamId, seq, at }: Told, type: string, appId: AppId): string {
  const hash = createHash('sha256').update(`${teamId}/${seq}/${at}/${type}/${appId}`).digest()
  const number = BigInt(`0x${hash.subarray(0, HASH_BYTES).toString('hex')}`)
  return `Ev${number.toString(36).toUpperCase().padStart(ID_LENGTH, '0')}`
}
