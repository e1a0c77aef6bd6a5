import { Refusal, refuse } from '../domain/errors.ts'
import type { Team } from '../domain/team.ts'
import type { Prefs } from '../domain/team-prefs.ts'
import { ProblemList } from './problems.ts'
import { isPlainObject, readObject } from './read-object.ts'
import { readCompat, readSettings } from './read-team.ts'
import { Spot } from './spot.ts'

/** The blocks `compat` and `settings` as a call or a command brings them: read and refused as those of a workspace file
 * are, but what is not named stays as the team has it. */
export function readPrefs(value: unknown, { compat, settings, fields }: Team): Prefs | Refusal<'invalid_arguments'> {
  if (!isPlainObject(value)) return refuse('invalid_arguments', 'prefs: must be an object')
  const problems = new ProblemList()
  const prefs = readObject(new Spot(value, problems), (keys) => ({
    compat: keys.take('compat', (spot) => readCompat(spot, compat), compat),
    settings: keys.take('settings', (spot) => readSettings(spot, fields, settings), settings),
  }))
  if (prefs === undefined || problems.count > 0) return new Refusal('invalid_arguments', problems.problems)
  return prefs
}
