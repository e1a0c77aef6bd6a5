import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NOW } from '../../conformance/limiter.ts'
import { fromRow, type Known, toRow, WINDOWS_PER_ROW_MAX } from './holder.ts'

const ROW = { teamId: 'T0COFFEE1', key: 'set T0COFFEE1 token' }
const MINUTE_MS = 60_000

const ofThisMinute = fc.integer({ min: NOW - MINUTE_MS + 1, max: NOW })
const inOrder = (times: readonly number[]) => times.toSorted((one, other) => one - other)

const someKnown: fc.Arbitrary<Known> = fc
  .record({
    bucket: fc.option(fc.double({ min: NOW + 0.001, max: NOW + MINUTE_MS, noNaN: true })),
    calls: fc.dictionary(fc.string(), fc.array(ofThisMinute, { minLength: 1, maxLength: 10 }), { maxKeys: 30 }),
    distinct: fc.array(fc.record({ member: fc.string(), at: ofThisMinute }, { noNullPrototype: true }), {
      maxLength: 30,
    }),
  })
  .map(({ bucket, calls, distinct }) => ({
    ...(bucket !== null && { bucket }),
    calls: new Map(Object.entries(calls).map(([name, times]) => [name, inOrder(times)])),
    ...(distinct.length > 0 && { distinct: distinct.toSorted((one, other) => one.at - other.at) }),
  }))

test('what is known of a token’s calls of this minute is in one row, to the millisecond and less', () => {
  fc.assert(fc.property(someKnown, (known) => assert.deepEqual(fromRow(toRow(ROW, known, NOW), NOW), known)))
})

test('what has lapsed is left out, and the row lapses with the last of what is left', () => {
  const known: Known = {
    bucket: NOW,
    calls: new Map([
      [' ada', [NOW - 60_000, NOW - 59_999, NOW - 1000]],
      [' bob', [NOW - 70_000, NOW - 60_000]],
    ]),
    distinct: [
      { member: 'bob', at: NOW - 60_000 },
      { member: 'ada', at: NOW - 1000 },
    ],
  }
  assert.deepEqual(toRow(ROW, known, NOW), {
    ...ROW,
    body: '{"calls":[[" ada",[118999,60000]]],"distinct":[["ada",60000]]}',
    validUntil: NOW + 59_000,
  })
})

test('of more windows than a row holds, the newest are kept', () => {
  const calls = Array.from({ length: WINDOWS_PER_ROW_MAX + 2 }, (_, index): [string, number[]] => [
    ` ${index}`,
    [NOW - ((index * 7) % (WINDOWS_PER_ROW_MAX + 2))],
  ])
  const kept = fromRow(toRow(ROW, { calls: new Map(calls) }, NOW), NOW)
  const newest = calls.filter(([, [at]]) => (at ?? 0) > NOW - WINDOWS_PER_ROW_MAX)
  assert.equal(kept.calls.size, WINDOWS_PER_ROW_MAX)
  assert.deepEqual(new Map([...kept.calls].toSorted()), new Map(newest.toSorted()))
})

test('what was written before the clock was set back is not known, and what may be of now is', () => {
  const row = toRow(
    ROW,
    {
      bucket: NOW + 60_001,
      calls: new Map([[' ada', [NOW]]]),
      distinct: [{ member: 'ada', at: NOW + 1 }],
    },
    NOW,
  )
  assert.deepEqual(fromRow(row, NOW - 60_000), { calls: new Map([[' ada', [NOW]]]) })
})
