import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isCalendarDay } from './date.ts'

test('days that are not in the calendar', () => {
  for (const text of [
    '',
    '2023-02-29',
    '1900-02-29',
    '2024-02-30',
    '2024-04-31',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '2024-1-1',
    '24-01-01',
    '2024/01/01',
    '2024-01-01T00:00',
    ' 2024-01-01',
    '2024-01-01\n',
    '0000-01-01',
    '10000-01-01',
    '-2024-01-01',
    '２０２４-01-01',
  ]) {
    assert.equal(isCalendarDay(text), false, text)
  }
})

test('days that are', () => {
  for (const text of ['2024-02-29', '2000-02-29', '2022-04-11', '0001-01-01', '9999-12-31']) {
    assert.equal(isCalendarDay(text), true, text)
  }
})

test('every day that Date writes is a day', () => {
  const min = new Date('0001-01-01T00:00:00Z')
  const max = new Date('9999-12-31T00:00:00Z')
  fc.assert(
    fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => isCalendarDay(date.toISOString().slice(0, 10))),
  )
})
