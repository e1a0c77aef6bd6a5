import type { Method } from '../web-api/method.ts'
import { apiTest } from './api-test.ts'
import { appsConnectionsOpen } from './apps.connections.open.ts'
import { authRevoke } from './auth.revoke.ts'
import { authTest } from './auth-test.ts'
import { rtmConnect } from './rtm.connect.ts'
import { teamPrefsGet } from './team.prefs.get.ts'
import { teamPrefsSet } from './team.prefs.set.ts'
import { teamProfileGet } from './team.profile.get.ts'
import { usersInfo } from './users.info.ts'
import { usersProfileGet } from './users.profile.get.ts'
import { usersProfileSet } from './users.profile.set.ts'

/** Every method this server has; a test holds the list against the folder. */
export const METHODS = [
  apiTest,
  appsConnectionsOpen,
  authRevoke,
  authTest,
  rtmConnect,
  teamPrefsGet,
  teamPrefsSet,
  teamProfileGet,
  usersInfo,
  usersProfileGet,
  usersProfileSet,
] as const

export const methodsByName: ReadonlyMap<string, Method> = new Map(
  METHODS.map((method) => [method.name, method as unknown as Method]),
)
