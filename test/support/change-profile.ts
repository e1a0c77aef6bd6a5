import assert from 'node:assert/strict'
import { isRefusal, type Refusal } from '../../src/domain/errors.ts'
import type { FieldId, UserId } from '../../src/domain/ids.ts'
import { changeProfile, type ProfileChange } from '../../src/domain/profile/change-profile.ts'
import { parsePatch } from '../../src/domain/profile/parse-patch.ts'
import type { Team } from '../../src/domain/team.ts'
import type { User } from '../../src/domain/user.ts'
import { aTeam, aWorld, ids, NOW, NOW_SECONDS, type PersonName } from './world.ts'

export const TEXT = 'Xf0TEXT001' as FieldId
export const person = (name: PersonName): User =>
  aWorld().users.find((user) => user.id === ids[name]) ?? assert.fail(name)
export const BUSY: User = {
  ...person('mel'),
  profile: { ...person('mel').profile, status: { text: 'busy', emoji: ':train:', expiration: NOW_SECONDS + 60 } },
}

export interface Call {
  readonly as?: PersonName
  readonly on?: PersonName | User
  readonly team?: Team
  readonly profile?: unknown
  readonly name?: string
  readonly value?: string
  readonly now?: number
}

export function call({ as = 'mel', on = as, team = aTeam(), now = NOW, ...args }: Call): ProfileChange | Refusal {
  const patch = parsePatch(args)
  if (isRefusal(patch)) return patch
  const user = typeof on === 'string' ? person(on) : on
  return changeProfile({
    team,
    actor: person(as),
    user,
    emailOwners: new Map<string, UserId>([
      ['bob@coffee.example', ids.bob],
      ['mel@coffee.example', ids.mel],
    ]),
    knownUsers: new Set([ids.ada]),
    grant: { createdAt: NOW_SECONDS },
    patch,
    emailCode: 'the-code',
    now,
  })
}

export function change(given: Call): ProfileChange {
  const outcome = call(given)
  if (isRefusal(outcome)) assert.fail(`${outcome.refused} ${outcome.messages.join()}`)
  return outcome
}

export function refusal(given: Call): Refusal {
  const outcome = call(given)
  if (!isRefusal(outcome)) assert.fail('accepted')
  return outcome
}

export const CHANGED = 'user_change'
export const PROFILE = 'user_profile_changed'
export const STATUS = 'user_status_changed'
