import { type Refusal, refuse } from '../../errors.ts'
import { parseUserId, type UserId } from '../../ids.ts'
import type { Tag } from '../../user.ts'

/** Slack: "up to 25 user IDs, comma-separated" — docs/decisions/0011 */
export const USERS_MAX = 25

/** No list of 25 ids is longer; so a text of many commas is not split into as many pieces. */
export const USERS_TEXT_LENGTH_MAX = 2 * USERS_MAX * 40

/** The ids that were sent, joined by commas. Empty: the field is to be removed. */
export function parseUsers(
  sent: string | readonly Tag[],
  knownUsers: ReadonlySet<UserId>,
  field: string,
): string | Refusal<'profile_set_failed'> {
  if (typeof sent === 'string' && sent.length > USERS_TEXT_LENGTH_MAX) return refuseCount(field)
  const parts = partsOf(sent)
  if (parts.every((part) => part === '')) return ''

  const places = new Map<UserId, number>()
  for (const [index, part] of parts.entries()) {
    const id = parseUserId(part)
    if (id === undefined) return refuseAt(index + 1, 'is no user id', field)
    if (!places.has(id)) places.set(id, index + 1)
    // Past the limit nobody was looked up, so the count comes before the question who exists.
    if (places.size > USERS_MAX) return refuseCount(field)
  }
  for (const [id, place] of places) {
    if (!knownUsers.has(id)) return refuseAt(place, 'is nobody in this team', field)
  }
  return [...places.keys()].join(',')
}

/** Everything among what was sent that is written like a user id; nobody where there are too many. */
export function userIdsIn(sent: string | readonly Tag[]): readonly UserId[] {
  if (typeof sent === 'string' && sent.length > USERS_TEXT_LENGTH_MAX) return []
  const ids = new Set<UserId>()
  for (const part of partsOf(sent)) {
    const id = parseUserId(part)
    if (id !== undefined) ids.add(id)
    if (ids.size > USERS_MAX) return []
  }
  return [...ids]
}

function partsOf(sent: string | readonly Tag[]): readonly string[] {
  return typeof sent === 'string' ? sent.split(',').map((part) => part.trim()) : sent.map((item) => item.value.trim())
}

function refuseAt(place: number, fault: string, field: string): Refusal<'profile_set_failed'> {
  return refuse('profile_set_failed', `${field}: value ${place} ${fault}.`, { field })
}

function refuseCount(field: string): Refusal<'profile_set_failed'> {
  return refuse('profile_set_failed', `${field} takes at most ${USERS_MAX} users.`, { field })
}
