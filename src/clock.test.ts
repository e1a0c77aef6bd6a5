import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { MOVE_WAKES_MAX, WAKE_MS_MAX } from './alarms.ts'
import { createSystemClock, MovableClock } from './clock.ts'

const NOW = Date.UTC(2026, 0, 15, 10)
const HOUR = 3_600_000

/** The machine's own time goes on only when a test says so. */
function machine(t: TestContext) {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: NOW })
  return t.mock.timers
}

/** Lets everything run that waits for promises alone. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

function movable(t: TestContext) {
  const timers = machine(t)
  const reports: string[] = []
  const clock = new MovableClock((error, message) => reports.push(`${(error as Error).message} ${message}`))
  return { clock, timers, reports }
}

describe('an alarm of a running clock', () => {
  test('rings once, at its time and not before', (t) => {
    const { clock, timers } = movable(t)
    const rung: number[] = []
    clock.at(NOW + 2500, () => void rung.push(clock.now()))
    timers.tick(2499)
    assert.deepEqual(rung, [])
    timers.tick(1)
    timers.tick(HOUR)
    assert.deepEqual(rung, [NOW + 2500])
  })

  test('that is due already rings soon, but not within the call that sets it', (t) => {
    const { clock, timers } = movable(t)
    let rung = 0
    clock.at(NOW - HOUR, () => void rung++)
    assert.equal(rung, 0)
    timers.tick(1)
    assert.equal(rung, 1)
  })

  test('does not ring once it is cancelled, also by one of the same time', (t) => {
    const { clock, timers } = movable(t)
    const rung: string[] = []
    clock.at(NOW + 10, () => {
      rung.push('first')
      cancelSecond()
    })
    const cancelSecond = clock.at(NOW + 10, () => void rung.push('second'))
    const cancelThird = clock.at(NOW + 5, () => void rung.push('third'))
    cancelThird()
    timers.tick(100)
    assert.deepEqual(rung, ['first'])
  })

  test('rings in the order of time, and of setting where the time is one', (t) => {
    const { clock, timers } = movable(t)
    const rung: number[] = []
    for (const [index, after] of [300, 100, 200, 100].entries()) clock.at(NOW + after, () => void rung.push(index))
    timers.tick(1000)
    assert.deepEqual(rung, [1, 3, 2, 0])
  })

  test('waits longer than one timer of Node can', (t) => {
    const { clock, timers } = movable(t)
    const after = 40 * 24 * HOUR
    let rung = 0
    clock.at(NOW + after, () => void rung++)
    timers.tick(after - 1)
    assert.equal(rung, 0)
    timers.tick(1)
    assert.equal(rung, 1)
  })

  test('is rung within a second after the machine’s time was set forward', (t) => {
    const { clock, timers } = movable(t)
    let rung = 0
    clock.at(NOW + HOUR, () => void rung++)
    timers.setTime(NOW + 2 * HOUR)
    timers.tick(1000)
    assert.equal(rung, 1)
  })

  test('does not ring early when the machine’s time was set back', (t) => {
    const timers = machine(t)
    const clock = createSystemClock()
    let rung = 0
    clock.at(NOW + 500, () => void rung++)
    timers.setTime(NOW - HOUR)
    timers.tick(500)
    assert.equal(rung, 0)
    timers.tick(HOUR)
    assert.equal(rung, 1)
  })

  test('without a time is refused', (t) => {
    const { clock } = movable(t)
    assert.throws(() => clock.at(Number.NaN, () => undefined), RangeError)
  })
})

describe('freezing', () => {
  test('stops time and alarms; what is due already still rings', (t) => {
    const { clock, timers } = movable(t)
    const rung: string[] = []
    clock.at(NOW + 1000, () => void rung.push('later'))
    clock.setFrozen(true)
    clock.at(NOW, () => void rung.push('due'))
    timers.tick(HOUR)
    assert.equal(clock.now(), NOW)
    assert.equal(clock.isFrozen, true)
    assert.deepEqual(rung, ['due'])
  })

  test('ends where the clock stands', (t) => {
    const { clock, timers } = movable(t)
    let rung = 0
    clock.at(NOW + 1000, () => void rung++)
    clock.setFrozen(true)
    timers.tick(HOUR)
    clock.setFrozen(false)
    assert.equal(clock.now(), NOW)
    timers.tick(999)
    assert.equal(rung, 0)
    timers.tick(1)
    assert.equal(clock.now(), NOW + 1000)
    assert.equal(rung, 1)
  })
})

describe('moving', () => {
  test('does in the order of time what is due, each at its own time, and waits for it', async (t) => {
    const { clock } = movable(t)
    const done: string[] = []
    const doLater = (name: string) => async () => {
      const at = clock.now() - NOW
      await turn()
      done.push(`${name} ${at}`)
    }
    clock.at(NOW + 3000, doLater('c'))
    clock.at(NOW + 1000, doLater('a'))
    clock.at(NOW + 2000, doLater('b'))
    clock.at(NOW + 3001, doLater('d'))
    await clock.moveTo(NOW + 3000)
    assert.deepEqual(done, ['a 1000', 'b 2000', 'c 3000'])
    assert.equal(clock.now(), NOW + 3000)
  })

  test('waits for what becomes due on the way', async (t) => {
    const { clock } = movable(t)
    const done: number[] = []
    const again = async () => {
      await turn()
      done.push(clock.now() - NOW)
      clock.at(clock.now() + 1000, again)
    }
    clock.at(NOW + 1000, again)
    await clock.moveTo(NOW + 3500)
    assert.deepEqual(done, [1000, 2000, 3000])
  })

  test('waits for what began to ring by itself right before', async (t) => {
    const { clock, timers } = movable(t)
    const done: string[] = []
    let finish: () => void = () => undefined
    clock.at(NOW + 10, async () => {
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      done.push('rung')
      clock.at(NOW + 20, () => void done.push('its follower'))
    })
    timers.tick(10)
    const moved = clock.moveTo(NOW + 5000).then(() => done.push('moved'))
    await turn()
    assert.deepEqual(done, [])
    finish()
    await moved
    assert.deepEqual(done, ['rung', 'its follower', 'moved'])
  })

  test('goes forward only, and a refused move changes nothing', async (t) => {
    const { clock, timers } = movable(t)
    await assert.rejects(clock.moveTo(NOW - 1), RangeError)
    await assert.rejects(clock.moveTo(Number.NaN), RangeError)
    assert.equal(clock.now(), NOW)
    await clock.moveTo(NOW)
    timers.tick(5)
    assert.equal(clock.now(), NOW + 5)
  })

  test('lets no time pass meanwhile; a running clock runs on from the new time, a frozen one stands there', async (t) => {
    const { clock, timers } = movable(t)
    clock.at(NOW + 1000, async () => {
      timers.tick(5000)
      await turn()
    })
    await clock.moveTo(NOW + HOUR)
    assert.equal(clock.now(), NOW + HOUR)
    timers.tick(7)
    assert.equal(clock.now(), NOW + HOUR + 7)

    clock.setFrozen(true)
    await clock.moveTo(NOW + 2 * HOUR)
    timers.tick(7)
    assert.equal(clock.now(), NOW + 2 * HOUR)
  })

  test('one move waits for the other', async (t) => {
    const { clock } = movable(t)
    const seen: string[] = []
    clock.at(NOW + 1000, async () => {
      await turn()
      seen.push('rung')
    })
    const moves = [
      clock.moveTo(NOW + 2000).then(() => seen.push(`first ${clock.now() - NOW}`)),
      clock.moveTo(NOW + 3000).then(() => seen.push(`second ${clock.now() - NOW}`)),
      clock.moveTo(NOW + 2500).catch(() => seen.push('third refused')),
    ]
    await Promise.all(moves)
    assert.deepEqual(seen, ['rung', 'first 2000', 'second 3000', 'third refused'])
    assert.equal(clock.isFrozen, false)
  })

  test('keeps to what is asked of it meanwhile: to stop, or to go on', async (t) => {
    const { clock, timers } = movable(t)
    clock.at(NOW + 1, () => clock.setFrozen(true))
    await clock.moveTo(NOW + 10)
    timers.tick(100)
    assert.equal(clock.now(), NOW + 10)
    clock.at(NOW + 20, () => clock.setFrozen(false))
    await clock.moveTo(NOW + 30)
    timers.tick(100)
    assert.equal(clock.now(), NOW + 130)
  })

  test('sets the alarms that are left', async (t) => {
    const { clock, timers } = movable(t)
    let rung = 0
    clock.at(NOW + HOUR + 50, () => void rung++)
    await clock.moveTo(NOW + HOUR)
    timers.tick(49)
    assert.equal(rung, 0)
    timers.tick(1)
    assert.equal(rung, 1)
  })
})

describe('a wake that', () => {
  for (const [how, wake] of [
    ['throws', () => assert.fail('broken')],
    ['rejects', async () => assert.fail('broken')],
  ] as const) {
    test(`${how} is reported and stops nothing, by itself or in a move`, async (t) => {
      const { clock, timers, reports } = movable(t)
      let rung = 0
      clock.at(NOW + 1, wake)
      clock.at(NOW + 2, () => void rung++)
      timers.tick(2)
      await turn()
      assert.deepEqual([rung, reports], [1, ['broken What was due has failed.']])

      clock.at(NOW + 1000, wake)
      clock.at(NOW + 2000, () => void rung++)
      await clock.moveTo(NOW + HOUR)
      assert.deepEqual([rung, reports.length, clock.now()], [2, 2, NOW + HOUR])
    })
  }

  test('hangs is waited for no longer than its time, is reported, and delays no later move', async (t) => {
    const { clock, timers, reports } = movable(t)
    let rung = 0
    clock.at(NOW + 1000, () => new Promise(() => undefined))
    clock.at(NOW + 2000, () => void rung++)
    const moved = clock.moveTo(NOW + HOUR)
    await turn()
    timers.tick(WAKE_MS_MAX - 1)
    await turn()
    assert.deepEqual([rung, reports], [0, []])
    timers.tick(1)
    await moved
    assert.deepEqual([rung, reports.length, clock.now()], [1, 1, NOW + HOUR])
    assert.match(reports[0] ?? '', /no longer waits/)
    await clock.moveTo(NOW + 2 * HOUR)
  })

  test('fails after it was given up is reported as well', async (t) => {
    const { clock, timers, reports } = movable(t)
    let fail: (error: Error) => void = () => undefined
    clock.at(
      NOW + 1,
      () =>
        new Promise((_resolve, reject) => {
          fail = reject
        }),
    )
    const moved = clock.moveTo(NOW + 10)
    await turn()
    timers.tick(WAKE_MS_MAX)
    await moved
    fail(new Error('at last'))
    await turn()
    assert.equal(reports[1], 'at last What was due has failed.')
  })

  test('is due again at once for ever does not keep a move from its end', async (t) => {
    const { clock, reports } = movable(t)
    let rung = 0
    const again = () => {
      rung++
      clock.at(clock.now(), again)
    }
    clock.at(NOW + 1, again)
    await clock.moveTo(NOW + HOUR)
    assert.equal(rung, MOVE_WAKES_MAX)
    assert.deepEqual([clock.now(), reports.length], [NOW + HOUR, 1])
  })
})

describe('resetting', () => {
  test('goes back to the machine’s time, running, and alarms ring at their times again', async (t) => {
    const { clock, timers } = movable(t)
    clock.setFrozen(true)
    await clock.moveTo(NOW + HOUR)
    let rung = 0
    clock.at(NOW + 2 * HOUR, () => void rung++)
    timers.tick(500)
    await clock.reset()
    assert.deepEqual([clock.now(), clock.isFrozen], [NOW + 500, false])
    timers.tick(2 * HOUR - 501)
    assert.equal(rung, 0)
    timers.tick(1)
    assert.equal(rung, 1)
  })

  test('waits for what rings', async (t) => {
    const { clock, timers } = movable(t)
    const done: string[] = []
    clock.at(NOW + 1, async () => {
      await turn()
      done.push('rung')
    })
    timers.tick(1)
    await clock.reset()
    assert.deepEqual(done, ['rung'])
  })
})
