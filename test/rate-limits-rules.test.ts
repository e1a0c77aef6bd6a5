import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { startHarness } from './support/harness.ts'
import { crowded, crowdId, SET, set, waitOf } from './support/limits.ts'
import { ids } from './support/world.ts'

const aCall = fc.record({
  as: fc.constantFrom('xoxp-pia', 'xoxp-second'),
  /** The own profile, somebody else's, or nobody's. */
  user: fc.oneof(
    fc.constantFrom(undefined, '', ids.pia, 'U0NOBODY99'),
    fc.integer({ min: 0, max: 35 }).map((index) => crowdId(index)),
    fc.constantFrom(crowdId(0), crowdId(1)),
  ),
  passed: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 300 }) },
    fc.integer({ min: 0, max: 5000 }),
    fc.integer({ min: 58_000, max: 62_000 }),
  ),
})

/** The rules for users.profile.set once more, from all calls that passed. Both tokens are of one app. */
class Model {
  readonly #passed: { token: string; target: string | undefined; at: number }[] = []

  take(token: string, target: string | undefined, now: number): number {
    let wait = 0
    while (!this.#passes(token, target, now + wait * 1000)) wait++
    if (wait === 0) this.#passed.push({ token, target, at: now })
    return wait
  }

  #passes(token: string, target: string | undefined, now: number): boolean {
    let level = 50
    let since = 0
    for (const { at } of this.#passed) {
      level = Math.min(50, level + (at - since) / 1200) - 1
      since = at
    }
    // A thousandth of a call is no call: it is what the divisions above have lost.
    if (level + (now - since) / 1200 < 0.999) return false
    if (target === undefined) return true
    const lately = this.#passed.filter((call) => call.token === token && call.at > now - 60_000)
    const targets = new Set(lately.flatMap((call) => call.target ?? []))
    if (lately.filter((call) => call.target === target).length >= 10) return false
    return targets.has(target) || targets.size < 30
  }
}

test('whatever is called when, the answers are those of the rules', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aCall, { minLength: 60, maxLength: 160 }), async (calls) => {
      const harness = await startHarness([crowded(36, { 'xoxp-second': { userId: ids.pia } })])
      const model = new Model()
      try {
        for (const { as, user, passed } of calls) {
          harness.clock.at += passed
          const target = user === 'U0NOBODY99' ? undefined : user || ids.pia
          const expected = model.take(as, target, harness.clock.at)
          assert.equal(await waitOf(harness, SET, set(as, user)), expected)
        }
      } finally {
        await harness.close()
      }
    }),
    { numRuns: 20 },
  )
})
