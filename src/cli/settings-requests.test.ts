import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openDemoStore } from '../../test/support/demo-store.ts'
import type { TeamId } from '../domain/ids.ts'
import { answerControlRequests } from './control-requests.ts'
import type { SettingsTold } from './settings-requests.ts'

const NOW = Date.UTC(2026, 0, 15)
const TEAM = 'T0COFFEE1' as TeamId

async function begin(t: TestContext, { teams = 1 } = {}) {
  const { store } = await openDemoStore(t, NOW, teams)
  const ask = answerControlRequests({ store, clock: { now: () => NOW } })
  const prefsOf = async (team: string | null = null) => {
    const answer = await ask({ command: 'settings get', team })
    assert.ok(answer.ok)
    return (answer.result as SettingsTold).prefs
  }
  return { store, ask, prefsOf }
}

test('settings are changed by key, and the log says that whoever runs the server did it', async (t) => {
  const { store, ask, prefsOf } = await begin(t)
  const before = await prefsOf()
  const prefs = { compat: { email_change: 'confirm' }, settings: { state: 'ekm_access_denied' } }
  const answer = await ask({ command: 'settings set', team: null, prefs })
  const after = {
    compat: { ...before.compat, email_change: 'confirm' },
    settings: { ...before.settings, state: 'ekm_access_denied' },
  }
  assert.deepEqual(answer, { ok: true, result: { team: TEAM, prefs: after } })
  assert.deepEqual(await prefsOf(), after)
  const log = (await store.readLog(TEAM, 0, 10)).map(({ seq: _, ...entry }) => entry)
  const entry = { kind: 'team_pref_changed', userId: 'USLACKBOT', teamId: TEAM, at: NOW }
  assert.deepEqual(log, [
    { ...entry, name: 'email_change', value: 'confirm' },
    { ...entry, name: 'state', value: 'ekm_access_denied' },
  ])
})

test('what would lock an owner out is taken from whoever has the data', async (t) => {
  const { ask, prefsOf } = await begin(t)
  const settings = { allowed_ips: ['192.0.2.1'], require_2fa: true }
  assert.equal((await ask({ command: 'settings set', team: null, prefs: { settings } })).ok, true)
  assert.deepEqual((await prefsOf()).settings.allowed_ips, ['192.0.2.1'])
})

test('of several teams one has to be named, and it alone is changed', async (t) => {
  const { ask, prefsOf } = await begin(t, { teams: 2 })
  const prefs = { settings: { sudo_minutes: 9 } }
  const unnamed = { ok: false, error: 'There are 2 teams (T0COFFEE1, T0SECOND01); say which with --team.' }
  assert.deepEqual(await ask({ command: 'settings set', team: null, prefs }), unnamed)
  assert.deepEqual(await ask({ command: 'settings get', team: null }), unnamed)
  assert.equal((await ask({ command: 'settings set', team: 'T0SECOND01', prefs })).ok, true)
  assert.deepEqual(
    [(await prefsOf('T0SECOND01')).settings.sudo_minutes, (await prefsOf(TEAM)).settings.sudo_minutes],
    [9, null],
  )
})

const UNKNOWN = 'This server does not know the request; is it of another version?'
const REFUSED: readonly (readonly [name: string, request: object, error: string])[] = [
  [
    'a wrong value',
    { prefs: { settings: { sudo_minutes: 0 }, compat: { email_change: 'later' } } },
    'Nothing was changed. compat.email_change: must be one of "immediate", "confirm"; settings.sudo_minutes: must be null or whole minutes, from 1 to 525600.',
  ],
  ['an unknown key', { prefs: { setings: {} } }, 'Nothing was changed. setings: unknown key; did you mean "settings"?'],
  ['no settings', {}, 'Nothing was changed. prefs: must be an object.'],
  ['an unknown team', { team: 'T9', prefs: {} }, 'There is no team T9; there is T0COFFEE1.'],
  ['a team that is no text', { team: 9, prefs: {} }, UNKNOWN],
]

test('what cannot be done is refused in a sentence, and nothing is changed', async (t) => {
  const { store, ask } = await begin(t)
  const before = await store.getTeam(TEAM)
  for (const [name, request, error] of REFUSED) {
    const answer = await ask({ command: 'settings set', team: null, ...request })
    assert.deepEqual(answer, { ok: false, error }, name)
  }
  assert.deepEqual(await ask({ command: 'settings dance', team: null }), { ok: false, error: UNKNOWN })
  assert.deepEqual(await store.getTeam(TEAM), before)
  assert.equal(await store.findLastSeq(TEAM), 0)
})
