import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AppId } from '../src/domain/ids.ts'
import { createMemoryLimiter } from '../src/web-api/memory-limiter.ts'
import { crowded, crowdId, GET, SET, set, start, waitOf, waitsOf, zeros } from './support/limits.ts'
import type { Request } from './support/request.ts'
import { anotherWorld, ids, STATUS_APP } from './support/world.ts'

/** docs/decisions/0032, seen from outside. */

describe('setting one profile', () => {
  test('passes ten times a minute, then after exactly as long as is told', async (t) => {
    const harness = await start(t)
    for (let call = 0; call < 10; call++) {
      assert.equal(await waitOf(harness, SET, set('xoxp-mel')), 0)
      harness.clock.at += 1000
    }
    // The first of the ten was ten seconds ago.
    assert.equal(await waitOf(harness, SET, set('xoxp-mel')), 50)
    harness.clock.at += 49_000
    assert.equal(await waitOf(harness, SET, set('xoxp-mel')), 1)
    harness.clock.at += 1000
    assert.deepEqual(await waitsOf(harness, 2, SET, set('xoxp-mel')), [0, 1])
  })

  test('counts the own profile once, whether the user is absent, empty or named', async (t) => {
    const harness = await start(t)
    for (const user of [undefined, '', ids.mel, undefined, '', ids.mel, undefined, '', ids.mel, '']) {
      assert.equal(await waitOf(harness, SET, set('xoxp-mel', user)), 0)
    }
    for (const user of [undefined, '', ids.mel]) assert.equal(await waitOf(harness, SET, set('xoxp-mel', user)), 60)
  })

  test('counts calls that fail, in whatever form they come', async (t) => {
    const harness = await start(t)
    const calls: Request[] = [
      { as: 'xoxp-mel', args: { profile: { email: 'x' } } },
      { as: 'xoxp-mel', args: {} },
      { as: 'xoxp-mel', by: 'query', args: { name: 'title', value: 'x' } },
      { as: 'xoxp-mel', by: 'form', args: { profile: '{"title":"x"}' } },
      { as: 'xoxp-mel', by: 'multipart', args: { name: 'title', value: 'y' } },
    ]
    for (const call of [...calls, ...calls]) assert.equal(await waitOf(harness, SET, call), 0)
    for (const call of calls) assert.equal(await waitOf(harness, SET, call), 60)
  })

  test('counts calls with an argument that cannot be read by those that can', async (t) => {
    const harness = await start(t, { worlds: [crowded(1)] })
    const broken = (user: unknown): Request => ({ as: 'xoxp-pia', args: { user, profile: '{"title":' } })
    for (const user of [undefined, '', ids.pia, undefined, '', ids.pia, undefined, '', ids.pia, null]) {
      assert.equal(await waitOf(harness, SET, broken(user)), 0)
    }
    assert.equal(await waitOf(harness, SET, broken(undefined)), 60)
    assert.equal(await waitOf(harness, SET, set('xoxp-pia')), 60)
    assert.equal(await waitOf(harness, SET, broken(crowdId(0))), 0)
    // Nobody is named here, and of the tier's fifty, thirty-nine are left.
    for (let call = 0; call < 39; call++) assert.equal(await waitOf(harness, SET, broken([ids.pia])), 0)
    assert.equal(await waitOf(harness, SET, broken([ids.pia])), 2)
  })

  test('counts each token, and each target, for itself', async (t) => {
    const harness = await start(t, { worlds: [crowded(0, { 'xoxp-second': {} })] })
    assert.deepEqual(await waitsOf(harness, 11, SET, set('xoxp-ada', ids.mel)), [...zeros(10), 60])
    assert.equal(await waitOf(harness, SET, set('xoxp-ada', ids.bob)), 0)
    assert.equal(await waitOf(harness, SET, set('xoxp-second', ids.mel)), 0)
    assert.equal(await waitOf(harness, SET, set('xoxp-mel')), 0)
  })

  test('of a workspace token counts for whomever it acts as', async (t) => {
    const harness = await start(t)
    const as = (user: string): Request => ({ ...set('xoxa-team'), headers: { 'x-slack-user': user } })
    assert.deepEqual(await waitsOf(harness, 11, SET, as(ids.mel)), [...zeros(10), 60])
    assert.equal(await waitOf(harness, SET, as(ids.bob)), 0)
  })
})

describe('setting many profiles', () => {
  test('passes for thirty people a minute; those thirty may be set again', async (t) => {
    const harness = await start(t, { worlds: [crowded(40)] })
    for (let person = 0; person < 30; person++) {
      assert.equal(await waitOf(harness, SET, set('xoxp-pia', crowdId(person))), 0)
    }
    assert.equal(await waitOf(harness, SET, set('xoxp-pia', crowdId(30))), 60)
    assert.equal(await waitOf(harness, SET, set('xoxp-pia', crowdId(5))), 0)
    harness.clock.at += 59_000
    assert.equal(await waitOf(harness, SET, set('xoxp-pia', crowdId(30))), 1)
    // Whoever was set again stays one of the thirty for longer.
    assert.equal(await waitOf(harness, SET, set('xoxp-pia', crowdId(0))), 0)
    harness.clock.at += 1000
    assert.equal(await waitOf(harness, SET, set('xoxp-pia', crowdId(30))), 0)
  })

  test('counts nobody who is not there', async (t) => {
    const harness = await start(t, { worlds: [crowded(1), anotherWorld()] })
    for (const nobody of ['U0NOBODY99', 'nonsense', 'U0PETRA001']) {
      assert.deepEqual(await waitsOf(harness, 15, SET, set('xoxp-pia', nobody)), zeros(15))
    }
    assert.deepEqual(await waitsOf(harness, 5, SET, set('xoxp-pia', crowdId(0))), zeros(5))
    // The tier has counted all fifty.
    assert.equal(await waitOf(harness, SET, set('xoxp-pia', 'U0NOBODY99')), 2)
  })
})

describe('a refused call', () => {
  test('takes nothing from any limit', async (t) => {
    const harness = await start(t, { worlds: [crowded(40)] })
    await waitsOf(harness, 10, SET, set('xoxp-pia', crowdId(0)))
    assert.ok((await waitsOf(harness, 100, SET, set('xoxp-pia', crowdId(0)))).every((wait) => wait === 60))
    // Of the tier's fifty, forty are left, and of the thirty people, twenty-nine.
    for (let person = 1; person < 30; person++) {
      assert.equal(await waitOf(harness, SET, set('xoxp-pia', crowdId(person))), 0, String(person))
    }
    assert.ok((await waitsOf(harness, 50, SET, set('xoxp-pia', crowdId(30)))).every((wait) => wait === 60))
    assert.deepEqual(await waitsOf(harness, 11, SET, set('xoxp-pia', 'U0NOBODY99')), zeros(11))
    assert.equal(await waitOf(harness, SET, set('xoxp-pia', 'U0NOBODY99')), 2)
  })

  test('is told the wait of the longest of its limits', async (t) => {
    const harness = await start(t)
    await waitsOf(harness, 10, SET, set('xoxp-mel'))
    await waitsOf(harness, 40, SET, set('xoxp-mel', 'U0NOBODY99'))
    assert.equal(await waitOf(harness, SET, set('xoxp-mel', 'U0NOBODY99')), 2)
    assert.equal(await waitOf(harness, SET, set('xoxp-mel')), 60)
    harness.clock.at += 60_000
    assert.equal(await waitOf(harness, SET, set('xoxp-mel')), 0)
  })

  test('beside sixty others of the same moment is counted neither', async (t) => {
    const harness = await start(t)
    const waits = await Promise.all(Array.from({ length: 60 }, () => waitOf(harness, SET, set('xoxp-mel'))))
    assert.deepEqual(waits.sort(), [...zeros(10), ...Array.from({ length: 50 }, () => 60)])
    assert.deepEqual(await waitsOf(harness, 40, SET, set('xoxp-mel', 'U0NOBODY99')), zeros(40))
    assert.equal(await waitOf(harness, SET, set('xoxp-mel', 'U0NOBODY99')), 2)
  })
})

describe('a tier', () => {
  test('is shared by all tokens of one app in one team, and by nobody else', async (t) => {
    const other = 'A0OTHER001' as AppId
    const worlds = [
      crowded(0, {
        'xoxp-colleague': { appId: STATUS_APP },
        'xoxp-other-app': { appId: other },
        'xoxp-no-app': { appId: null },
        'xoxp-no-app-either': { appId: null },
      }),
      anotherWorld(),
    ]
    const harness = await start(t, { worlds })
    const call = (as: string): Request => ({ as, args: { user: ids.mel } })
    for (let pair = 0; pair < 50; pair++) {
      assert.equal(await waitOf(harness, 'users.info', call('xoxp-ada')), 0)
      assert.equal(await waitOf(harness, 'users.info', call('xoxp-colleague')), 0)
    }
    assert.equal(await waitOf(harness, 'users.info', call('xoxp-ada')), 1)
    assert.equal(await waitOf(harness, 'users.info', call('xoxp-colleague')), 1)
    for (const as of ['xoxp-other-app', 'xoxp-no-app', 'xoxp-no-app-either', 'xoxp-elsewhere']) {
      assert.equal(await waitOf(harness, 'users.info', call(as)), 0, as)
    }
    assert.equal(await waitOf(harness, GET, call('xoxp-ada')), 0, 'another method is another bucket')
  })

  test('counts calls that have no right, and refuses before it says so', async (t) => {
    const harness = await start(t, { worlds: [crowded(0, { 'xoxp-poor': { appId: null, scopes: [] } })] })
    assert.deepEqual(await waitsOf(harness, 51, SET, set('xoxp-poor')), [...zeros(50), 2])
  })

  test('of a method without a token counts for each address', async (t) => {
    const harness = await start(t)
    const from = (ip: string): Request => ({ by: 'none', ip })
    assert.deepEqual(await waitsOf(harness, 101, 'api.test', from('192.0.2.1')), [...zeros(100), 1])
    assert.equal(await waitOf(harness, 'api.test', from('192.0.2.2')), 0)
    assert.equal(await waitOf(harness, 'api.test', { ...from('192.0.2.1'), as: 'xoxp-ada' }), 1)
    harness.clock.at += 1000
    assert.deepEqual(await waitsOf(harness, 2, 'api.test', from('192.0.2.1')), [0, 1])
  })
})

test('profiles are read with their labels twenty times a minute by one token, without them more often', async (t) => {
  const harness = await start(t, { worlds: [crowded(0, { 'xoxp-second': {} })] })
  const read = (as: string, labels?: unknown, user: string = ids.mel): Request => ({
    as,
    by: 'query',
    args: { user, ...(labels === undefined ? {} : { include_labels: labels }) },
  })
  for (let person = 0; person < 10; person++) {
    assert.equal(await waitOf(harness, GET, read('xoxp-ada', 'true')), 0)
    assert.equal(await waitOf(harness, GET, read('xoxp-ada', '1', ids.bob)), 0)
  }
  for (const user of [ids.mel, ids.bob, ids.ada])
    assert.equal(await waitOf(harness, GET, read('xoxp-ada', true, user)), 60)
  assert.deepEqual(await waitsOf(harness, 5, GET, read('xoxp-ada')), zeros(5))
  assert.deepEqual(await waitsOf(harness, 5, GET, read('xoxp-ada', 'false')), zeros(5))
  assert.equal(await waitOf(harness, GET, read('xoxp-second', 'true')), 0)
  const nobody = read('xoxp-second', 'true', 'nonsense')
  assert.deepEqual(await waitsOf(harness, 20, GET, nobody), [...zeros(19), 60])
})

test('limits that are off refuse nothing, and go on counting', async (t) => {
  const limiter = createMemoryLimiter()
  const off = await start(t, { limiter, enforceLimits: false })
  assert.deepEqual(await waitsOf(off, 200, SET, set('xoxp-mel')), zeros(200))
  const on = await start(t, { limiter })
  assert.equal(await waitOf(on, SET, set('xoxp-mel')), 60)
  assert.equal(await waitOf(on, SET, set('xoxp-mel', 'U0NOBODY99')), 2)
})
