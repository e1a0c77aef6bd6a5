import assert from 'node:assert/strict'
import { addWorkspace } from '../../src/cli/fill-store.ts'
import { parseTeamId } from '../../src/domain/ids.ts'
import type { Team } from '../../src/domain/team.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { demoWorkspace } from '../../src/workspace/demo.ts'
import { parseWorkspace } from '../../src/workspace/parse-workspace.ts'
import { areProblems } from '../../src/workspace/problems.ts'
import type { Cleanup } from './server.ts'

/** A store that holds the demo team, as it is at `now`, and where two are wanted an empty team beside it. */
export async function openDemoStore(
  t: Cleanup,
  now: number,
  teams: number,
): Promise<{ readonly store: Store; readonly team: Team }> {
  const store = await openSqlite({ path: ':memory:', tokenDigest: (token) => token })
  t.after(() => store.close())
  const demo = parseWorkspace(demoWorkspace(), 'demo')
  assert.ok(!areProblems(demo))
  await addWorkspace(store, demo, now)
  const id = parseTeamId('T0SECOND01')
  if (teams > 1 && id) await addWorkspace(store, { team: { ...demo.team, id }, users: [], tokens: [] }, now)
  return { store, team: demo.team }
}
