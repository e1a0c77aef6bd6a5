import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Count } from '../../domain/limits/count.ts'
import type { Limiter } from '../limiter.ts'
import { bucket, calls, distinct, NOW } from './limiter.ts'

const MINUTE_MS = 60_000

/** Holds a limiter against a naive reading of the rules. `open` as for the conformance, each `runs` times. */
export function limiterProperties(name: string, open: () => Promise<Limiter>, runs: number): void {
  describe(`the limits in ${name}, whatever is called when,`, () => {
    test('let pass what a naive reading of the rules lets pass, and tell the same wait', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(aStep, { maxLength: 60 }), async (steps) => {
          const limiter = await open()
          const naive = new Naive()
          for (const { counts, now } of timed(steps)) {
            assert.equal(await limiter.take(counts, now), naive.take(counts, now))
          }
        }),
        { numRuns: runs },
      )
    })

    test('tell a wait after which the call passes, and not a second earlier', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(aStep, { maxLength: 40 }), async (steps) => {
          const replay = timed(steps)
          const last = replay.at(-1)
          if (last === undefined) return
          const afterAll = async () => {
            const limiter = await open()
            for (const step of replay) await limiter.take(step.counts, step.now)
            return limiter
          }
          const wait = await (await afterAll()).take(last.counts, last.now)
          if (wait === 0) return
          const early = await afterAll()
          assert.notEqual(await early.take(last.counts, last.now + (wait - 1) * 1000), 0)
          assert.equal(await early.take(last.counts, last.now + wait * 1000), 0)
        }),
        { numRuns: Math.ceil(runs / 2) },
      )
    })
  })
}

/** The rules again, from every call that was ever let pass, with nothing forgotten and nothing clever. */
export class Naive {
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

/** Few keys, so that they meet; rates that divide a minute without a rest, as Slack's do. The windows of a bucket are
 * counted with it alone, and those of no bucket without one. */
const aCall: fc.Arbitrary<readonly Count[]> = fc.constantFrom('none', 'a', 'b').chain((group) => {
  const windows = fc.oneof(
    // One of them is kept beside the others of the group, and one for itself.
    fc.constantFrom(calls(`${group} x`, 3, group), calls(`${group} y`, 3)),
    fc.constantFrom('u', 'v', 'w', 'x', 'y').map((member) => distinct(group, member, 2)),
  )
  return fc
    .uniqueArray(windows, { maxLength: 3, selector: ({ kind, key }) => `${kind} ${key}` })
    .map((counts) => (group === 'none' ? counts : [bucket(group, 4), ...counts]))
})

interface Step {
  readonly passed: number
  readonly counts: readonly Count[]
}

const aStep: fc.Arbitrary<Step> = fc.record({
  /** Milliseconds since the step before: at once, a little later, near a minute, long after. */
  passed: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 5000 }) },
    { weight: 6, arbitrary: fc.integer({ min: 5000, max: 31_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 59_990, max: 60_010 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 400_000 }) },
  ),
  counts: aCall,
})

function timed(steps: readonly Step[]): { readonly counts: readonly Count[]; readonly now: number }[] {
  let now = NOW
  return steps.map(({ passed, counts }) => {
    now += passed
    return { counts, now }
  })
}
