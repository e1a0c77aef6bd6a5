import type { Grant } from '../domain/grant.ts'
import { quarterOf } from '../domain/profile/time-zone.ts'
import { userToWire } from '../domain/profile/to-wire.ts'
import type { WireUser } from '../domain/profile/wire.ts'
import { isAdmin, type User } from '../domain/user.ts'
import type { HandlerCall } from '../web-api/method.ts'
import { lookOf, MadeOnce } from './made-once.ts'

const users = new MadeOnce<WireUser>()

/** The user as the caller may see it. */
export async function userAnswer(user: User, call: HandlerCall<unknown>, locale = false): Promise<WireUser> {
  const { grant, team, caller, store, now, publicUrl } = call
  const seesEmail = grant.scopes.includes('users:read.email')
  const seesTwoFactor = user.id === caller.id || isAdmin(caller)
  const isAppUser = isOf(grant, user) || (await store.hasUserToken(team.id, user.id, grant.appId))
  const look = lookOf(seesEmail, seesTwoFactor, isAppUser, locale)
  return users.get(user, look, { team, publicUrl, quarter: quarterOf(now) }, () =>
    userToWire(user, { team, publicUrl, now, seesEmail, seesTwoFactor, isAppUser, locale }),
  )
}

/** The token of this very call is one of the user for the app. */
function isOf({ kind, userId }: Grant, user: User): boolean {
  return kind === 'user' && userId === user.id
}
