import type { Table } from '../../test/support/scenario.ts'
import { authRevokeScenarios } from './auth.revoke.scenarios.ts'
import {
  apiTestScenarios,
  authTestScenarios,
  profileGetScenarios,
  teamProfileScenarios,
  usersInfoScenarios,
} from './reading.scenarios.ts'
import { connectionsOpenScenarios, rtmConnectScenarios } from './sockets.scenarios.ts'
import { prefsGetScenarios, prefsSetScenarios } from './team.prefs.scenarios.ts'
import { fieldScenarios } from './users.profile.set.fields.scenarios.ts'
import { nameScenarios } from './users.profile.set.names.scenarios.ts'
import { patchScenarios } from './users.profile.set.patch.scenarios.ts'
import { statusScenarios } from './users.profile.set.status.scenarios.ts'
import { whoScenarios } from './users.profile.set.who.scenarios.ts'

/** The rules of every method, for every engine to play. */
export const ALL_SCENARIOS: readonly Table[] = [
  statusScenarios,
  nameScenarios,
  fieldScenarios,
  whoScenarios,
  patchScenarios,
  profileGetScenarios,
  usersInfoScenarios,
  teamProfileScenarios,
  prefsGetScenarios,
  prefsSetScenarios,
  authTestScenarios,
  authRevokeScenarios,
  apiTestScenarios,
  connectionsOpenScenarios,
  rtmConnectScenarios,
]
