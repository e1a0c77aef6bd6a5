import { profileToWire } from '../domain/profile/to-wire.ts'
import type { WireProfile } from '../domain/profile/wire.ts'
import type { User } from '../domain/user.ts'
import type { HandlerCall } from '../web-api/method.ts'
import { MadeOnce } from './made-once.ts'

const EMAIL_SCOPE = 'users:read.email'

const profiles = new MadeOnce<WireProfile>()

/** The profile as the caller may see it. */
export function profileAnswer(
  user: User,
  { grant, team, publicUrl }: Pick<HandlerCall<unknown>, 'grant' | 'team' | 'publicUrl'>,
  labels = false,
): WireProfile {
  const seesEmail = grant.scopes.includes(EMAIL_SCOPE)
  const look = (seesEmail ? 1 : 0) + (labels ? 2 : 0)
  return profiles.get(user, look, { team, publicUrl, quarter: 0 }, () =>
    profileToWire(user, { team, publicUrl, seesEmail, labels }),
  )
}

/** The same, of a user who has just changed. It is not kept: many never read it before the next change, and what is kept
 * of young objects costs the collector more than making it anew. */
export function changedProfileAnswer(
  user: User,
  { grant, team, publicUrl }: Pick<HandlerCall<unknown>, 'grant' | 'team' | 'publicUrl'>,
): WireProfile {
  return profileToWire(user, { team, publicUrl, seesEmail: grant.scopes.includes(EMAIL_SCOPE) })
}
