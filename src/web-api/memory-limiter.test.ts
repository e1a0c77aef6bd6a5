import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import type { Count } from './limits.ts'
import { createMemoryLimiter } from './memory-limiter.ts'

const MINUTE_MS = 60_000
/** 2026-01-15T10:00:00Z. */
const NOW = Date.UTC(2026, 0, 15, 10)

const bucket = (key: string, perMinute: number): Count => ({ kind: 'bucket', key, perMinute })
const calls = (key: string, max: number): Count => ({ kind: 'calls', key, max })
const distinct = (key: string, member: string, max: number): Count => ({ kind: 'distinct', key, member, max })

/** The rules again, from every call that was ever let pass, with nothing forgotten and nothing clever. */
class Naive {
  readonly #passed: { counts: readonly Count[]; at: number }[] = []

  take(counts: readonly Count[], now: number): number {
    const wait = this.waitFor(counts, now)
    if (wait === 0) this.#passed.push({ counts, at: now })
    return wait
  }

  waitFor(counts: readonly Count[], now: number): number {
    let wait = 0
    while (!counts.every((count) => this.#passes(count, now + wait * 1000))) wait++
    return wait
  }

  #passes(count: Count, now: number): boolean {
    const of = this.#passed.flatMap(({ counts, at }) =>
      counts.filter(({ kind, key }) => kind === count.kind && key === count.key).map((past) => ({ past, at })),
    )
    const lately = of.filter(({ at }) => at > now - MINUTE_MS)
    switch (count.kind) {
      case 'bucket': {
        let level = count.perMinute
        let since = 0
        for (const { at } of of) {
          level = Math.min(count.perMinute, level + ((at - since) * count.perMinute) / MINUTE_MS) - 1
          since = at
        }
        return level + ((now - since) * count.perMinute) / MINUTE_MS >= 1
      }
      case 'calls':
        return lately.length < count.max
      case 'distinct': {
        const members = new Set(lately.map(({ past }) => (past.kind === 'distinct' ? past.member : '')))
        return members.has(count.member) || members.size < count.max
      }
      default:
        return count satisfies never
    }
  }
}

/** Few keys, so that they meet; rates that divide a minute without a rest, as Slack's do. */
const aCount: fc.Arbitrary<Count> = fc.oneof(
  fc.record({
    kind: fc.constant('bucket' as const),
    key: fc.constantFrom('a', 'b'),
    perMinute: fc.constant(4),
  }),
  fc.record({ kind: fc.constant('calls' as const), key: fc.constantFrom('a', 'b', 'c'), max: fc.constant(3) }),
  fc.record({
    kind: fc.constant('distinct' as const),
    key: fc.constantFrom('a', 'b'),
    member: fc.constantFrom('u', 'v', 'w', 'x', 'y'),
    max: fc.constant(2),
  }),
)
const aStep = fc.record({
  /** Milliseconds since the step before: at once, a little later, near a minute, long after. */
  passed: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 5000 }) },
    { weight: 6, arbitrary: fc.integer({ min: 5000, max: 31_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 59_990, max: 60_010 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 400_000 }) },
  ),
  counts: fc.uniqueArray(aCount, { maxLength: 3, selector: ({ kind, key }) => `${kind} ${key}` }),
})

describe('the limits in memory', () => {
  test('let pass what a naive reading of the rules lets pass, and tell the same wait', () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 60 }), (steps) => {
        const limiter = createMemoryLimiter()
        const naive = new Naive()
        let now = NOW
        for (const { passed, counts } of steps) {
          now += passed
          assert.equal(limiter.take(counts, now), naive.take(counts, now))
        }
      }),
      { numRuns: 500 },
    )
  })

  test('tell a wait after which the call passes, and not a second earlier', () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 40 }), (steps) => {
        let now = NOW
        const replay: { counts: readonly Count[]; now: number }[] = []
        for (const { passed, counts } of steps) {
          now += passed
          replay.push({ counts, now })
        }
        const last = replay.at(-1)
        if (last === undefined) return
        const afterAll = () => {
          const limiter = createMemoryLimiter()
          for (const step of replay) limiter.take(step.counts, step.now)
          return limiter
        }
        const wait = afterAll().take(last.counts, last.now)
        if (wait === 0) return
        assert.equal(afterAll().take(last.counts, last.now + wait * 1000), 0)
        assert.notEqual(afterAll().take(last.counts, last.now + (wait - 1) * 1000), 0)
      }),
      { numRuns: 300 },
    )
  })

  test('take nothing from any limit when one of them is used up', () => {
    const limiter = createMemoryLimiter()
    assert.equal(limiter.take([bucket('tier', 20), calls('one', 1)], NOW), 0)
    for (let call = 0; call < 100; call++) assert.equal(limiter.take([bucket('tier', 20), calls('one', 1)], NOW), 60)
    for (let call = 0; call < 19; call++) assert.equal(limiter.take([bucket('tier', 20)], NOW), 0)
    assert.equal(limiter.take([bucket('tier', 20)], NOW), 3)
  })

  test('tell the wait of whichever limit takes longest', () => {
    const limiter = createMemoryLimiter()
    for (let call = 0; call < 20; call++) limiter.take([bucket('tier', 20), calls(String(call), 1)], NOW)
    assert.equal(limiter.take([bucket('tier', 20)], NOW), 3)
    assert.equal(limiter.take([bucket('tier', 20), calls('0', 1)], NOW), 60)
  })

  test('a full bucket is one minute’s worth, however long nobody called', () => {
    for (const perMinute of [1, 20, 50, 100]) {
      const limiter = createMemoryLimiter()
      for (const begin of [NOW, NOW + 86_400_000]) {
        for (let call = 0; call < perMinute; call++) assert.equal(limiter.take([bucket('tier', perMinute)], begin), 0)
        assert.equal(limiter.take([bucket('tier', perMinute)], begin), Math.ceil(60 / perMinute))
      }
    }
  })

  test('counting anyway goes on when a limit is used up, and no further than full', () => {
    const limiter = createMemoryLimiter()
    const all = [bucket('tier', 20), calls('calls', 10), distinct('targets', 'new', 30)]
    for (let call = 0; call < 1000; call++) {
      limiter.takeAnyway([bucket('tier', 20), calls('calls', 10), distinct('targets', String(call), 30)], NOW + call)
    }
    assert.equal(limiter.take([bucket('tier', 20)], NOW + 1000), 3)
    assert.equal(limiter.take([calls('calls', 10)], NOW + 1000), 60)
    assert.equal(limiter.take([distinct('targets', '999', 30)], NOW + 1000), 0)
    assert.equal(limiter.take(all, NOW + 1000), 60)
    assert.equal(limiter.take(all, NOW + 61_000), 0)
  })

  test('calls that come out of order are counted at the latest time', () => {
    const limiter = createMemoryLimiter()
    assert.equal(limiter.take([calls('a', 1)], NOW + 500), 0)
    assert.equal(limiter.take([calls('a', 1)], NOW), 60)
    assert.equal(limiter.take([calls('b', 1)], NOW), 0)
    assert.equal(limiter.take([calls('b', 1)], NOW + 60_400), 1)
    assert.equal(limiter.take([calls('b', 1)], NOW + 60_500), 0)
  })

  test('a clock that was set back by an hour shuts nobody out', () => {
    const limiter = createMemoryLimiter()
    const all = [bucket('tier', 1), calls('calls', 1), distinct('targets', 'u', 1)]
    assert.equal(limiter.take(all, NOW), 0)
    assert.equal(limiter.take(all, NOW - 3_600_000), 0)
    assert.equal(limiter.take(all, NOW - 3_600_000), 60)
  })

  test('are forgotten when they are cleared', () => {
    const limiter = createMemoryLimiter()
    limiter.take([calls('a', 1)], NOW)
    limiter.clear()
    assert.equal(limiter.take([calls('a', 1)], NOW), 0)
  })

  test('remember what was used last, when there are more keys than they keep', () => {
    const limiter = createMemoryLimiter(100)
    for (let key = 0; key < 1000; key++) limiter.take([calls(String(key), 1)], NOW)
    for (let key = 900; key < 1000; key++) assert.equal(limiter.take([calls(String(key), 1)], NOW), 60, String(key))
    assert.equal(limiter.take([calls('0', 1)], NOW), 0)
  })
})

test('a million tokens in a minute take less than a gigabyte', () => {
  const before = heapUsed()
  const limiter = createMemoryLimiter()
  useTokens(limiter, 0, 200_000)
  const perToken = (heapUsed() - before) / 200_000
  assert.ok(perToken < 1000, `${perToken} bytes each`)
  assert.ok(perToken > 100, 'the measurement sees the limits')
  limiter.clear()
})

test('memory has a bound, however many tokens come', () => {
  const limiter = createMemoryLimiter(20_000)
  useTokens(limiter, 0, 40_000)
  const full = heapUsed()
  useTokens(limiter, 40_000, 200_000)
  assert.ok(heapUsed() - full < 10 * 2 ** 20)
  limiter.clear()
})

test('a million calls on the same keys stay within the limits', () => {
  const limiter = createMemoryLimiter()
  let passed = 0
  for (let call = 0; call < 1_000_000; call++) {
    const member = `U${call % 1000}`
    const counts = [bucket('tier', 100), calls(`calls ${member}`, 10), distinct('targets', member, 30)]
    if (limiter.take(counts, NOW + call) === 0) passed++
  }
  // Of the 1,000 seconds, each brings 100 / 60 calls to the bucket; ten of thirty people pass in each minute.
  assert.ok(passed > 1000 && passed <= 100 + 1_000_000 / 600, String(passed))
})

/** Each is used for its owner's own profile, as users.profile.set counts it, and belongs to no app. */
function useTokens(limiter: ReturnType<typeof createMemoryLimiter>, from: number, to: number): void {
  for (let token = from; token < to; token++) {
    const key = `users.profile.set T0COFFEE1-${token}`
    const target = `U0BENCH${String(token).padStart(7, '0')}`
    limiter.take([bucket(`${key} T0COFFEE1`, 50), calls(`${key} ${target}`, 10), distinct(key, target, 30)], NOW)
  }
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
