import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HOUR, machine, movable, NOW, turn } from '../test/support/machine-time.ts'
import { createSystemClock } from './clock.ts'

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
