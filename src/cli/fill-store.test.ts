import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../test/support/server.ts'
import { openSqlite } from '../storage/sqlite/open.ts'
import type { Store } from '../storage/store.ts'
import { IMPORT_NOTE } from '../storage/transfer.ts'
import { parseWorkspace } from '../workspace/parse-workspace.ts'
import { areProblems } from '../workspace/problems.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { CannotStart } from './cannot-start.ts'
import { addWorkspace, FILL_NOTE, fillStore } from './fill-store.ts'
import { makeFirstTeam } from './first-start.ts'
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

const optionsIn = (folder: string) => ({ folder, isAlone: true, now: NOW })

const BOTH = ['T0COFFEE1', 'T0TEATEA1']

test('an empty store is filled with teams, people and tokens', async (t) => {
  const { store, folder } = await begin(t)
  assert.equal(await fillStore(store, beginning('a', ...BOTH), optionsIn(folder)), 'now')
  const teams = await store.findTeams(null, 1000)
  assert.deepEqual(teams.map(({ id }) => id).toSorted(), BOTH)
  for (const { id } of teams) {
    const [pia] = await store.findUsers(id, null, 10)
    assert.equal(pia?.updated, NOW / 1000)
    assert.equal((await store.findGrant(`xoxp-${id}`))?.teamId, id)
  }
})

test('a store into which an import has begun meanwhile is left to the import', async (t) => {
  const { store, folder } = await begin(t)
  await store.putNote(IMPORT_NOTE, 'an import', null)
  await assert.rejects(fillStore(store, beginning('a', 'T0COFFEE1'), optionsIn(folder)), CannotStart)
  assert.deepEqual(await store.findTeams(null, 1000), [])
  assert.equal(await store.findNote(FILL_NOTE), undefined)
})

test('a filled store stays as it is, and tells whether it came from the same file', async (t) => {
  const { store, folder } = await begin(t)
  await fillStore(store, beginning('a', 'T0COFFEE1'), optionsIn(folder))
  assert.equal(await fillStore(store, beginning('a', 'T0COFFEE1'), optionsIn(folder)), 'before')
  assert.equal(await fillStore(store, beginning('b', 'T0TEATEA1'), optionsIn(folder)), 'before, otherwise')
  assert.equal((await store.findTeams(null, 1000)).length, 1)
})

test('a start that was cut off is finished by the next one', async (t) => {
  const { store, folder } = await begin(t)
  const all = beginning('a', ...BOTH)
  await assert.rejects(fillStore(cutOff(store, 'xoxp-T0TEATEA1'), all, optionsIn(folder)), /cut off/)
  assert.equal(await store.findGrant('xoxp-T0TEATEA1'), undefined)

  await assert.rejects(fillStore(store, beginning('b', 'T0OTHER01'), optionsIn(folder)), CannotStart)
  assert.equal(await fillStore(store, all, optionsIn(folder)), 'now')
  assert.equal((await store.findGrant('xoxp-T0TEATEA1'))?.teamId, 'T0TEATEA1')
  assert.equal(await fillStore(store, all, optionsIn(folder)), 'before')
})

test('a first team that was cut off before the end was noted is not made twice', async (t) => {
  const { store, folder } = await begin(t)
  const firstTeam = () => ({ workspaces: [makeFirstTeam()], digest: 'first team' })
  const endsBeforeNoting = new Proxy(store, {
    get: (target, key) => {
      if (key === 'putNote')
        return (name: string, value: string, expected: string | null) =>
          value.includes('"complete":true')
            ? Promise.reject(new Error('cut off'))
            : store.putNote(name, value, expected)
      const member = Reflect.get(target, key)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  await assert.rejects(fillStore(endsBeforeNoting, firstTeam(), optionsIn(folder)), /cut off/)
  assert.equal(await fillStore(store, firstTeam(), optionsIn(folder)), 'now')
  assert.equal((await store.findTeams(null, 1000)).length, 1)
})

test('what filled a folder is known though an earlier version noted it in a file', async (t) => {
  const { store, folder } = await begin(t)
  await addWorkspace(store, beginning('a', 'T0COFFEE1').workspaces[0] as Workspace, NOW)
  writeFileSync(join(folder, 'workspace.json'), '{"digest":"a","complete":true}')
  assert.equal(await fillStore(store, beginning('a', 'T0COFFEE1'), optionsIn(folder)), 'before')
  assert.equal(await fillStore(store, beginning('b', 'T0COFFEE1'), optionsIn(folder)), 'before, otherwise')
})

const SHARED = { folder: null, isAlone: false, now: NOW }

test('of several processes one fills the store, and the others wait until it is done', async (t) => {
  const { store } = await begin(t)
  const all = [1, 2, 3, 4].map(() => fillStore(store, beginning('a', ...BOTH), SHARED))
  const told = await Promise.all(all.map(async (filled) => [await filled, await store.findGrant('xoxp-T0TEATEA1')]))
  assert.deepEqual(told.map(([filled]) => filled).toSorted(), ['before', 'before', 'before', 'now'])
  for (const [, grant] of told) assert.ok(grant)
})

test('a process that others wait for and that has ended is taken over from', async (t) => {
  const { store } = await begin(t)
  const all = beginning('a', ...BOTH)
  await assert.rejects(fillStore(cutOff(store, 'xoxp-T0TEATEA1'), all, SHARED), /cut off/)
  const others = [1, 2].map(() => fillStore(store, all, { ...SHARED, stoppedAfterMs: 300 }))
  assert.deepEqual((await Promise.all(others)).toSorted(), ['before', 'now'])
  assert.ok(await store.findGrant('xoxp-T0TEATEA1'))
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
