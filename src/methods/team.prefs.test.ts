import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { type Harness, startHarness } from '../../test/support/harness.ts'
import { ODD_VALUES } from '../../test/support/odd-values.ts'
import type { Request } from '../../test/support/request.ts'
import { assertSlackForm } from '../../test/support/slack-form.ts'
import { anotherWorld, aWorld, ids, PREFS_SCOPES, TEAM, withGrant } from '../../test/support/world.ts'
import { createMemoryLimiter } from '../web-api/memory-limiter.ts'
import type { PrefsInput } from './team-prefs.ts'

/** What each setting does to the calls that come after it, within one server that goes on. */

interface Server extends Harness {
  set(prefs: PrefsInput): Promise<void>
  /** What users.profile.set answers. */
  profile(as: string, args: NonNullable<Request['args']>, more?: Partial<Request>): ReturnType<Harness['call']>
}

async function start(t: TestContext): Promise<Server> {
  const harness = await startHarness([aWorld(), anotherWorld()], undefined, { limiter: createMemoryLimiter() })
  t.after(() => harness.close())
  return {
    ...harness,
    async set(prefs) {
      const { json } = await harness.call('team.prefs.set', { as: 'xoxp-pia', args: { prefs } })
      assert.equal(json.ok, true, JSON.stringify(json))
    },
    profile: (as, args, more) => harness.call('users.profile.set', { as, args, ...more }),
  }
}

const titleOf = (user: string) => ({ user, profile: { title: 'Roaster' } })

describe('from the next call of users.profile.set on', () => {
  test('admin_edit_rule says who changes an admin', async (t) => {
    const { set, profile } = await start(t)
    assert.equal((await profile('xoxp-owen', titleOf(ids.ada))).json.error, 'cannot_update_admin_user')
    await set({ compat: { admin_edit_rule: 'outrank' } })
    assert.equal((await profile('xoxp-owen', titleOf(ids.ada))).json.ok, true)
    await set({ compat: { admin_edit_rule: 'primary_owner' } })
    assert.equal((await profile('xoxp-owen', titleOf(ids.abe))).json.error, 'cannot_update_admin_user')
  })

  test('custom_field_events says whether a custom field alone is told', async (t) => {
    const { set, profile, events } = await start(t)
    const told = async (value: string) => {
      const before = (await events()).length
      assert.equal((await profile('xoxp-mel', { profile: { fields: { Xf0TEXT001: value } } })).json.ok, true)
      return (await events()).length - before
    }
    assert.equal(await told('a'), 2)
    await set({ compat: { custom_field_events: 'silent' } })
    assert.equal(await told('b'), 0)
    await set({ compat: { custom_field_events: 'emit' } })
    assert.equal(await told('c'), 2)
  })

  test('email_change says whether an address waits for its owner', async (t) => {
    const { set, profile, store } = await start(t)
    await set({ compat: { email_change: 'confirm' } })
    const changed = await profile('xoxp-pia', { user: ids.mel, profile: { email: 'later@coffee.example' } })
    assert.equal(changed.json.email_pending, 'later@coffee.example')
    assert.equal((await store.findUser(TEAM, ids.mel))?.email, 'mel@coffee.example')
    await set({ compat: { email_change: 'immediate' } })
    await profile('xoxp-pia', { user: ids.mel, profile: { email: 'now@coffee.example' } })
    assert.equal((await store.findUser(TEAM, ids.mel))?.email, 'now@coffee.example')
  })

  test('uneditable_fields are passed over, and named', async (t) => {
    const { set, profile } = await start(t)
    await set({ settings: { uneditable_fields: ['title'] } })
    const closed = await profile('xoxp-mel', { profile: { title: 'Roaster', phone: '1' } })
    assert.deepEqual([closed.json.profile.title, closed.json.profile.phone], ['', '1'])
    assert.match(closed.json.response_metadata.messages[0], /title/)
    await set({ settings: { uneditable_fields: [] } })
    assert.equal((await profile('xoxp-mel', { profile: { title: 'Roaster' } })).json.profile.title, 'Roaster')
  })

  test('require_2fa shuts out whoever has no second factor', async (t) => {
    const { set, profile, store, call } = await start(t)
    await store.change({ teamId: TEAM, actorId: ids.pia, userId: ids.pia, emails: [], userIds: [] }, ({ user }) => {
      assert.ok(user)
      return { user: { ...user, has2fa: true }, events: [] }
    })
    assert.equal((await profile('xoxp-mel', titleOf(ids.mel))).json.ok, true)
    await set({ settings: { require_2fa: true } })
    assert.equal((await profile('xoxp-mel', titleOf(ids.mel))).json.error, 'two_factor_setup_required')
    assert.equal((await call('auth.test', { as: 'xoxp-mel' })).json.error, 'two_factor_setup_required')
    assert.equal((await profile('xoxp-ada', titleOf(ids.ada))).json.ok, true)
    await set({ settings: { require_2fa: false } })
    assert.equal((await profile('xoxp-mel', titleOf(ids.mel))).json.ok, true)
  })

  test('sudo_minutes says how old a token may be that changes somebody else', async (t) => {
    const { set, profile } = await start(t)
    await set({ settings: { sudo_minutes: 59 } })
    assert.equal((await profile('xoxp-pia', titleOf(ids.mel))).json.error, 'sudo_required')
    assert.equal((await profile('xoxp-pia', titleOf(ids.pia))).json.ok, true)
    await set({ settings: { sudo_minutes: 61 } })
    assert.equal((await profile('xoxp-pia', titleOf(ids.mel))).json.ok, true)
    await set({ settings: { sudo_minutes: null } })
    assert.equal((await profile('xoxp-pia', titleOf(ids.bob))).json.ok, true)
  })

  test('allowed_ips says from where', async (t) => {
    const { set, profile } = await start(t)
    const from = (ip: string) => profile('xoxp-mel', titleOf(ids.mel), { ip })
    await set({ settings: { allowed_ips: ['127.0.0.1', '2001:db8::/32'] } })
    assert.equal((await from('10.1.2.3')).json.error, 'accesslimited')
    assert.equal((await from('2001:db8::7')).json.ok, true)
    await set({ settings: { allowed_ips: ['127.0.0.1', '10.0.0.0/8'] } })
    assert.equal((await from('10.1.2.3')).json.ok, true)
    assert.equal((await from('2001:db8::7')).json.error, 'accesslimited')
  })

  for (const state of [
    'org_login_required',
    'team_added_to_org',
    'ekm_access_denied',
    'service_unavailable',
  ] as const) {
    test(`state ${state} refuses everybody, and an owner ends it`, async (t) => {
      const { set, profile, call } = await start(t)
      await set({ settings: { state } })
      for (const as of ['xoxp-mel', 'xoxp-pia']) assert.equal((await profile(as, titleOf(ids.mel))).json.error, state)
      assert.equal((await call('users.info', { as: 'xoxp-elsewhere', args: { user: ids.mel } })).json.ok, true)
      assert.equal((await call('team.prefs.get', { as: 'xoxp-owen' })).json.prefs.settings.state, state)
      await set({ settings: { state: null } })
      assert.equal((await profile('xoxp-mel', titleOf(ids.mel))).json.ok, true)
    })
  }
})

test('a setting is of one team', async (t) => {
  const { set, call } = await start(t)
  await set({ settings: { state: 'ekm_access_denied' } })
  assert.equal((await call('auth.test', { as: 'xoxp-elsewhere' })).json.ok, true)
})

test('two owners who change different keys at once lose nothing', async (t) => {
  const { call } = await start(t)
  const change = (as: string, prefs: PrefsInput) => call('team.prefs.set', { as, args: { prefs } })
  const answers = await Promise.all([
    change('xoxp-pia', { compat: { email_change: 'confirm' } }),
    change('xoxp-owen', { settings: { sudo_minutes: 7 } }),
    change('xoxp-olga', { compat: { admin_edit_rule: 'outrank' } }),
  ])
  assert.deepEqual(
    answers.map(({ json }) => json.ok),
    [true, true, true],
  )
  const { prefs } = (await call('team.prefs.get', { as: 'xoxp-pia' })).json
  assert.deepEqual(
    [prefs.compat.email_change, prefs.compat.admin_edit_rule, prefs.settings.sudo_minutes],
    ['confirm', 'outrank', 7],
  )
})

test('an odd value in the place of any setting is refused in words, and nothing is written', async (t) => {
  const harness = await startHarness([aWorld()], undefined, { enforceLimits: false })
  t.after(() => harness.close())
  const before = await harness.store.getTeam(TEAM)
  // By the JSON of the value.
  const fine = new Set([
    ...['allowed_ips []', 'require_2fa false', 'state null', 'uneditable_fields []'],
    ...['sudo_minutes null', 'sudo_minutes 1'],
  ])
  const blocks = {
    compat: ['admin_edit_rule', 'custom_field_events', 'email_change', '__proto__', 'constructor'],
    settings: ['allowed_ips', 'require_2fa', 'state', 'uneditable_fields', 'sudo_minutes', 'toString'],
  }
  for (const [block, names] of Object.entries(blocks)) {
    for (const name of names) {
      for (const value of ODD_VALUES) {
        const json = JSON.stringify(value) ?? '"undefined"'
        if (fine.has(`${name} ${json}`)) continue
        const prefs = `{"${block}":{"${name}":${json}}}`
        const answer = await harness.call('team.prefs.set', { as: 'xoxp-pia', by: 'form', args: { prefs } })
        const about = `${block}.${name} ${prefs.slice(0, 200)}`
        assertSlackForm(answer, about)
        assert.equal(answer.json.error, 'invalid_arguments', about)
      }
    }
  }
  assert.deepEqual(await harness.store.getTeam(TEAM), before)
  assert.deepEqual([await harness.events(), harness.problems], [[], []])
})

test('a token whose person is no owner any more changes nothing', async (t) => {
  const world = withGrant('xoxp-ada', (grant) => ({ ...grant, scopes: PREFS_SCOPES }))(aWorld())
  const harness = await startHarness([world])
  t.after(() => harness.close())
  const demote = { teamId: TEAM, actorId: ids.owen, userId: ids.owen, emails: [], userIds: [] }
  assert.equal((await harness.call('team.prefs.get', { as: 'xoxp-owen' })).json.ok, true)
  await harness.store.change(demote, ({ user }) => {
    assert.ok(user)
    return { user: { ...user, role: 'admin' }, events: [] }
  })
  for (const as of ['xoxp-owen', 'xoxp-ada']) {
    const args = { prefs: { settings: { state: 'service_unavailable' } } }
    assert.equal((await harness.call('team.prefs.set', { as, args })).json.error, 'not_an_owner')
  }
})
