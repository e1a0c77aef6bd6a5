import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zoneTimeAt } from './time-zone.ts'

const WINTER = Date.parse('2026-01-15T12:00:00Z')
const SUMMER = Date.parse('2026-07-15T12:00:00Z')

const cases: readonly (readonly [string, number, string, number])[] = [
  ['America/Los_Angeles', SUMMER, 'Pacific Daylight Time', -25_200],
  ['America/Los_Angeles', WINTER, 'Pacific Standard Time', -28_800],
  ['America/Chicago', SUMMER, 'Central Daylight Time', -18_000],
  ['Europe/London', SUMMER, 'British Summer Time', 3_600],
  ['Europe/London', WINTER, 'Greenwich Mean Time', 0],
  ['Asia/Kolkata', WINTER, 'India Standard Time', 19_800],
  ['Asia/Kathmandu', WINTER, 'Nepal Time', 20_700],
  ['Australia/Lord_Howe', WINTER, 'Lord Howe Daylight Time', 39_600],
  ['Australia/Lord_Howe', SUMMER, 'Lord Howe Standard Time', 37_800],
  ['UTC', WINTER, 'Coordinated Universal Time', 0],
  ['Atlantis/Poseidonis', WINTER, 'Coordinated Universal Time', 0],
  ['', WINTER, 'Coordinated Universal Time', 0],
  ['Europe/London', Number.MAX_SAFE_INTEGER, 'Coordinated Universal Time', 0],
]

for (const [tz, now, label, offset] of cases) {
  test(`${tz || 'no zone'} at ${now} is ${label}, ${offset} s from UTC`, () => {
    const { label: actual, offset: distance } = zoneTimeAt(tz, now)
    assert.deepEqual([actual, distance], [label, offset])
  })
}

test('a zone changes its name in the very millisecond of the change', () => {
  const change = Date.parse('2026-03-29T01:00:00Z')
  assert.equal(zoneTimeAt('Europe/Paris', change - 1).offset, 3_600)
  assert.equal(zoneTimeAt('Europe/Paris', change).offset, 7_200)
})

test('a change at half past an hour of UTC is seen too', () => {
  const change = Date.parse('2026-10-03T15:30:00Z')
  assert.equal(zoneTimeAt('Australia/Lord_Howe', change - 1).offset, 37_800)
  assert.equal(zoneTimeAt('Australia/Lord_Howe', change).offset, 39_600)
})

test('more invented zones than are kept do no harm', () => {
  for (let index = 0; index < 1_200; index++) assert.equal(zoneTimeAt(`Nowhere/${index}`, WINTER).offset, 0)
  assert.equal(zoneTimeAt('Europe/London', SUMMER).offset, 3_600)
})
