import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../test/support/server.ts'
import { openSqlite } from '../storage/sqlite/open.ts'
import type { Store } from '../storage/store.ts'
import { parseWorkspace } from '../workspace/parse-workspace.ts'
import { areProblems } from '../workspace/problems.ts'
import { CannotStart } from './cannot-start.ts'
import { fillStore } from './fill-store.ts'
import type { Beginning } from './workspace-files.ts'

const NOW = Date.UTC(2026, 0, 15)

async function begin(t: TestContext): Promise<{ store: Store; folder: string }> {
  const store = await openSqlite({ path: ':memory:', tokenDigest: (token) => token })
  t.after(() => store.close())
  return { store, folder: temporaryFolder(t) }
}

function beginning(digest: string, ...teamIds: string[]): Beginning {
  const workspaces = teamIds.map((id) => {
    const users = [{ id: 'U0PIA00001', role: 'primary_owner' }]
    const workspace = parseWorkspace(
      JSON.stringify({ team: { id }, users, tokens: [{ token: `xoxp-${id}`, user: 'U0PIA00001' }] }),
      id,
    )
    assert.ok(!areProblems(workspace))
    return workspace
  })
  return { workspaces, digest }
}

const BOTH = ['T0COFFEE1', 'T0TEATEA1']

test('an empty store is filled with teams, people and tokens', async (t) => {
  const { store, folder } = await begin(t)
  assert.equal(await fillStore(store, beginning('a', ...BOTH), folder, NOW), 'now')
  const teams = await store.findTeams()
  assert.deepEqual(teams.map(({ id }) => id).toSorted(), BOTH)
  for (const { id } of teams) {
    const [pia] = await store.findUsers(id, null, 10)
    assert.equal(pia?.updated, NOW / 1000)
    assert.equal((await store.findGrant(`xoxp-${id}`))?.teamId, id)
  }
})

test('a filled store stays as it is, and tells whether it came from the same file', async (t) => {
  const { store, folder } = await begin(t)
  await fillStore(store, beginning('a', 'T0COFFEE1'), folder, NOW)
  assert.equal(await fillStore(store, beginning('a', 'T0COFFEE1'), folder, NOW), 'before')
  assert.equal(await fillStore(store, beginning('b', 'T0TEATEA1'), folder, NOW), 'before, otherwise')
  assert.equal((await store.findTeams()).length, 1)
})

test('a start that was cut off is finished by the next one', async (t) => {
  const { store, folder } = await begin(t)
  const all = beginning('a', ...BOTH)
  await assert.rejects(fillStore(cutOff(store, 'xoxp-T0TEATEA1'), all, folder, NOW), /cut off/)
  assert.equal(await store.findGrant('xoxp-T0TEATEA1'), undefined)

  await assert.rejects(fillStore(store, beginning('b', 'T0OTHER01'), folder, NOW), CannotStart)
  assert.equal(await fillStore(store, all, folder, NOW), 'now')
  assert.equal((await store.findGrant('xoxp-T0TEATEA1'))?.teamId, 'T0TEATEA1')
  assert.equal(await fillStore(store, all, folder, NOW), 'before')
})

/** The same store, whose process ends before it writes one token. */
function cutOff(store: Store, before: string): Store {
  return new Proxy(store, {
    get(target, key) {
      if (key === 'addToken') {
        return (token: string, grant: Parameters<Store['addToken']>[1]) =>
          token === before ? Promise.reject(new Error('cut off')) : target.addToken(token, grant)
      }
      const member = Reflect.get(target, key)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
