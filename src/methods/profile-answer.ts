import { profileToWire } from '../domain/profile/to-wire.ts'
import type { WireProfile } from '../domain/profile/wire.ts'
import type { Team } from '../domain/team.ts'
import type { User } from '../domain/user.ts'
import { encodeOnce } from '../web-api/envelope.ts'
import type { HandlerCall } from '../web-api/method.ts'

interface Made {
  readonly team: Team
  readonly publicUrl: string
  readonly wire: WireProfile
}

/** What one user looks like: with and without the email, with and without labels. */
type Looks = [Made | undefined, Made | undefined, Made | undefined, Made | undefined]

const looks = new WeakMap<User, Looks>()

/** The profile as the caller may see it. Users and teams never change in place, so what was made of one holds as long
 * as the object lives, and its JSON is encoded once. */
export function profileAnswer(
  user: User,
  { grant, team, publicUrl }: Pick<HandlerCall<unknown>, 'grant' | 'team' | 'publicUrl'>,
  labels = false,
): WireProfile {
  const seesEmail = grant.scopes.includes('users:read.email')
  const which = (seesEmail ? 1 : 0) + (labels ? 2 : 0)
  let made = looks.get(user)
  if (made === undefined) {
    made = [undefined, undefined, undefined, undefined]
    looks.set(user, made)
  }
  const known = made[which]
  if (known?.team === team && known.publicUrl === publicUrl) return known.wire
  const wire = encodeOnce(profileToWire(user, { team, publicUrl, seesEmail, labels }))
  made[which] = { team, publicUrl, wire }
  return wire
}
