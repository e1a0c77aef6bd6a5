import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HourWindow } from './hour-window.ts'

const START = Date.UTC(2026, 0, 15, 10)
const MINUTE = 60_000

test('counts of one hour add up, whichever minute they are of', () => {
  const hour = new HourWindow()
  hour.add(START, { events: 2, attempts: 1 })
  hour.add(START + 59_999, { attempts: 3, failures: 1 })
  hour.add(START + 59 * MINUTE, { events: 5 })
  assert.deepEqual(hour.totals(START + 59 * MINUTE), { events: 7, attempts: 4, failures: 1 })
})

test('a minute is forgotten sixty minutes later, and not before', () => {
  const hour = new HourWindow()
  hour.add(START, { events: 1 })
  hour.add(START + MINUTE, { events: 10 })
  assert.equal(hour.totals(START + 60 * MINUTE - 1).events, 11)
  assert.equal(hour.totals(START + 60 * MINUTE).events, 10)
  assert.equal(hour.totals(START + 61 * MINUTE).events, 0)
})

test('it can begin anew', () => {
  const hour = new HourWindow()
  hour.add(START, { failures: 1 })
  hour.clear()
  assert.deepEqual(hour.totals(START), { events: 0, attempts: 0, failures: 0 })
})
