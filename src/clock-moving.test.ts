import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HOUR, movable, NOW, turn } from '../test/support/machine-time.ts'
import { MOVE_WAKES_MAX, WAKE_MS_MAX } from './alarms.ts'

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
