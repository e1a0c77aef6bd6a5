import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { MovableClock } from '../clock.ts'
import { moveClock } from './clock-control.ts'
import { isControlRefusal } from './control-refusal.ts'
import { type Move, readMove, SECONDS_MAX } from './read-move.ts'

/** Half a second past a whole one. */
const NOW = Date.UTC(2026, 0, 15, 10) + 500
const SECOND = Math.floor(NOW / 1000)

function start(t: TestContext) {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: NOW })
  return new MovableClock()
}

const REFUSED: readonly (readonly [unknown, string])[] = [
  [[], 'must be an object'],
  [{ nwo: 1 }, 'nwo: unknown key; did you mean "now"?'],
  [{ now: '2026-01-15' }, `now: must be Unix seconds, a number from 0 to ${SECONDS_MAX}`],
  [{ now: null }, `now: must be Unix seconds, a number from 0 to ${SECONDS_MAX}`],
  [{ now: -1 }, `now: must be Unix seconds, a number from 0 to ${SECONDS_MAX}`],
  [{ now: SECONDS_MAX + 1 }, `now: must be Unix seconds, a number from 0 to ${SECONDS_MAX}`],
  [{ frozen: 'yes' }, 'frozen: must be true or false'],
  [
    { frozen: 1, now: 'x' },
    `now: must be Unix seconds, a number from 0 to ${SECONDS_MAX}; frozen: must be true or false`,
  ],
]
for (const [body, message] of REFUSED) {
  test(`${JSON.stringify(body)} is no move: ${message}`, () => {
    const refusal = readMove(body)
    assert.ok(isControlRefusal(refusal))
    assert.deepEqual([refusal.status, refusal.code, refusal.message], [400, 'invalid_arguments', message])
  })
}

for (const advance of [
  '',
  '2',
  'h',
  '2h 30m',
  '30m2h',
  '2h2h',
  '-2h',
  '1.5h',
  '2H',
  '9999999999999d',
  true,
  null,
  -1,
]) {
  test(`${JSON.stringify(advance)} is no length of time`, () => {
    const refusal = readMove({ advance })
    assert.ok(isControlRefusal(refusal))
    assert.match(refusal.message, /^advance: must be seconds, 0 or more, or text such as "2h30m"/)
  })
}

const LENGTHS = { '2h30m': 9000, '45s': 45, '1d': 86_400, '1d2h3m4s': 93_784, '90m': 5400, '0s': 0, '1d4s': 86_404 }
for (const [advance, seconds] of Object.entries(LENGTHS)) {
  test(`${advance} is ${seconds} seconds`, () => {
    assert.equal((readMove({ advance }) as Move).advanceMs, seconds * 1000)
  })
}

test('without any key it only tells', async (t) => {
  const clock = start(t)
  assert.deepEqual(await moveClock(clock, readMove({}) as Move, []), { now: SECOND, frozen: false })
  assert.equal(clock.now(), NOW)
})

for (const body of [
  { now: SECOND + 100, advance: 20, frozen: true },
  { frozen: true, advance: '20s', now: SECOND + 100 },
]) {
  test(`${Object.keys(body).join(', ')}: it is set, then moved on, then stopped`, async (t) => {
    const clock = start(t)
    assert.deepEqual(await moveClock(clock, readMove(body) as Move, []), { now: SECOND + 120, frozen: true })
    assert.equal(clock.now(), (SECOND + 120) * 1000)
  })
}

test('a clock that is moved stays as it was, running or frozen, where nothing is said of it', async (t) => {
  const clock = start(t)
  assert.deepEqual(await moveClock(clock, readMove({ advance: 1 }) as Move, []), { now: SECOND + 1, frozen: false })
  await moveClock(clock, readMove({ frozen: true }) as Move, [])
  assert.deepEqual(await moveClock(clock, readMove({ advance: 1 }) as Move, []), { now: SECOND + 2, frozen: true })
  const move = readMove({ frozen: false, advance: 1.25 }) as Move
  assert.deepEqual(await moveClock(clock, move, []), { now: SECOND + 3, frozen: false })
  assert.equal(clock.now(), NOW + 3250)
})

test('the present second is no step back, the one before it is', async (t) => {
  const clock = start(t)
  assert.deepEqual(await moveClock(clock, readMove({ now: SECOND }) as Move, []), { now: SECOND, frozen: false })
  const refusal = await moveClock(clock, readMove({ now: SECOND - 1, advance: 3600, frozen: true }) as Move, [])
  assert.ok(isControlRefusal(refusal))
  assert.deepEqual([refusal.status, refusal.code], [400, 'clock_goes_forward'])
  assert.deepEqual([clock.now(), clock.isFrozen], [NOW, false])
})

test('no further than dates can be written', async (t) => {
  const clock = start(t)
  const refusal = await moveClock(clock, readMove({ now: SECONDS_MAX, advance: 1 }) as Move, [])
  assert.ok(isControlRefusal(refusal))
  assert.equal(refusal.code, 'invalid_arguments')
  assert.equal(clock.now(), NOW)
})

test('a clock that has run beyond the last second is told and stopped like any other', async (t) => {
  const clock = start(t)
  await moveClock(clock, readMove({ now: SECONDS_MAX }) as Move, [])
  t.mock.timers.tick(5000)
  assert.deepEqual(await moveClock(clock, readMove({}) as Move, []), { now: SECONDS_MAX + 5, frozen: false })
  const stopped = await moveClock(clock, readMove({ frozen: true }) as Move, [])
  assert.deepEqual(stopped, { now: SECONDS_MAX + 5, frozen: true })
})

test('what is due is done before it answers, and then the readers are asked for what is due', async (t) => {
  const clock = start(t)
  const done: string[] = []
  const later = (name: string) => async () => {
    await new Promise<void>((resolve) => setImmediate(resolve))
    done.push(`${name} ${clock.now() - NOW}`)
  }
  clock.at(NOW + 5000, later('alarm'))
  await moveClock(clock, readMove({ advance: 10 }) as Move, [{ runDue: later('reader') }, {}])
  assert.deepEqual(done, ['alarm 5000', 'reader 10000'])
})
