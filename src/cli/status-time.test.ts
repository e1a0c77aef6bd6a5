import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEnd, tellEnd } from './status-time.ts'

/** Local times, so that the tests say the same everywhere. */
const local = (year: number, month: number, day: number, hour = 0, minute = 0) =>
  new Date(year, month - 1, day, hour, minute).getTime()
const NOW = local(2026, 1, 15, 10)
const HOUR = 3_600_000

const RIGHT: readonly (readonly [asked: Parameters<typeof readEnd>[0], end: number, told: string])[] = [
  [{ for: '2h' }, NOW + 2 * HOUR, '12:00 today'],
  [{ for: '1h30m' }, NOW + 1.5 * HOUR, '11:30 today'],
  [{ for: '3d' }, NOW + 72 * HOUR, '2026-01-18 10:00'],
  [{ until: '17:30' }, local(2026, 1, 15, 17, 30), '17:30 today'],
  [{ until: '9:05' }, local(2026, 1, 16, 9, 5), '09:05 tomorrow'],
  [{ until: '10:00' }, local(2026, 1, 16, 10), '10:00 tomorrow'],
  [{ until: '2026-12-24T12:00' }, local(2026, 12, 24, 12), '2026-12-24 12:00'],
]
for (const [asked, end, told] of RIGHT) {
  test(`${JSON.stringify(asked)} is ${told}`, () => {
    assert.equal(readEnd(asked, NOW), end)
    assert.equal(tellEnd(end, NOW), told)
  })
}

const WRONG: readonly (readonly [asked: Parameters<typeof readEnd>[0], sentence: RegExp])[] = [
  [{ for: 'ever' }, /--for must be a time/],
  [{ for: '0m' }, /--for must be a time/],
  [{ for: '2h!' }, /--for must be a time/],
  [{ for: '99999d' }, /at most ten years/],
  [{ until: '24:00' }, /--until must be a local time/],
  [{ until: '12:60' }, /--until must be a local time/],
  [{ until: 'noon' }, /--until must be a local time/],
  [{ until: '2026-02-30T12:00' }, /no such time/],
  [{ until: '2026-02-28T24:00' }, /no such time/],
  [{ until: '2026-01-15T09:59' }, /in the past/],
]
for (const [asked, sentence] of WRONG) {
  test(`${JSON.stringify(asked)} is refused`, () => assert.match(String(readEnd(asked, NOW)), sentence))
}
