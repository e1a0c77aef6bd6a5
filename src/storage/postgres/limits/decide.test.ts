import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Count } from '../../../domain/limits/count.ts'
import { bucket, calls, NOW } from '../../conformance/limiter.ts'
import { loadCounters } from './counters.ts'
import { AHEAD_MS, decideLimits, type LimitCall } from './decide.ts'
import type { LimitRow } from './rows.ts'

const tier = bucket('tier', 100)
/** A bucket from which `used` calls were just taken. */
const rowOf = (used: number): LimitRow => ({
  teamId: 'T0COFFEE1',
  key: 'tier',
  body: '{"bucket":0}',
  validUntil: NOW + used * 600,
})
const call = (counts: readonly Count[], ahead = 0): LimitCall => ({ counts, time: NOW, isJudged: true, ahead })

function decide(made: readonly LimitCall[], rows: readonly LimitRow[] = []) {
  const counters = loadCounters(
    made.flatMap(({ counts }) => counts),
    rows,
    NOW,
  )
  return { verdicts: decideLimits(made, counters, ({ time }) => time), changed: counters.changed() }
}

test('of several who would take ahead from one bucket at once, one does', () => {
  const { verdicts, changed } = decide(
    Array.from({ length: 5 }, () => call([tier], 9)),
    [rowOf(50)],
  )
  assert.deepEqual(
    verdicts.map(({ ahead }) => ahead),
    [9, 0, 0, 0, 0],
  )
  assert.deepEqual(changed, [{ ...rowOf(64), isNew: false }])
})

test('nobody takes ahead what another call waits for', () => {
  const { verdicts } = decide([call([tier], 9), call([tier], 9), call([tier], 9)], [rowOf(98)])
  assert.deepEqual(
    verdicts.map(({ waitMs, ahead }) => ({ waitMs, ahead })),
    [
      { waitMs: 0, ahead: 0 },
      { waitMs: 0, ahead: 0 },
      { waitMs: 600, ahead: 0 },
    ],
  )
})

test('nothing is taken ahead from a bucket that would be full before it lapses, nor by a call with windows', () => {
  assert.equal(AHEAD_MS, 2000)
  assert.deepEqual(decide([call([tier], 9)], [rowOf(1)]).verdicts[0]?.ahead, 0)
  assert.deepEqual(decide([call([tier], 9)], [rowOf(3)]).verdicts[0]?.ahead, 9)
  assert.deepEqual(decide([call([tier, calls('window', 10)], 9)], [rowOf(50)]).verdicts[0]?.ahead, 0)
})

test('calls are judged by what those before them left, and a refused one leaves nothing', () => {
  const window = [tier, calls('window', 1)]
  const { verdicts, changed } = decide([call(window), call(window), call([tier])], [rowOf(98)])
  assert.deepEqual(
    verdicts.map(({ waitMs }) => waitMs),
    [0, 60_000, 0],
  )
  assert.deepEqual(changed, [
    { ...rowOf(100), isNew: false },
    { teamId: 'T0COFFEE1', key: 'window', body: '{"calls":[["",[60000]]]}', validUntil: NOW + 60_000, isNew: true },
  ])
})

test('a call that is not judged is counted in any case', () => {
  const { verdicts, changed } = decide(
    [{ ...call([calls('window', 1)]), isJudged: false }, call([calls('window', 1)])],
    [{ teamId: 'T0COFFEE1', key: 'window', body: '{"calls":[["",[60000]]]}', validUntil: NOW + 30_000 }],
  )
  assert.deepEqual(
    verdicts.map(({ waitMs }) => waitMs),
    [0, 60_000],
  )
  assert.deepEqual(changed, [
    { teamId: 'T0COFFEE1', key: 'window', body: '{"calls":[["",[60000]]]}', validUntil: NOW + 60_000, isNew: false },
  ])
})
