import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Count } from '../../src/domain/limits/count.ts'
import { METHODS } from '../../src/methods/index.ts'
import { bucket, calls, distinct, limiterConformance, NOW } from '../../src/storage/conformance/limiter.ts'
import { limiterProperties, Naive } from '../../src/storage/conformance/limiter-properties.ts'
import type { Limiter } from '../../src/storage/limiter.ts'
import { connect } from '../../src/storage/postgres/connection.ts'
import { WINDOWS_PER_ROW_MAX } from '../../src/storage/postgres/limits/holder.ts'
import { openPostgresLimiter, type PostgresLimiter } from '../../src/storage/postgres/limits/limiter.ts'
import { migrate } from '../../src/storage/postgres/migrate.ts'
import { startPostgres } from '../support/postgres.ts'

type Pair = readonly [PostgresLimiter, PostgresLimiter]

const server = await startPostgres()
const url = await server.createDatabase()
const db = connect(url)
await migrate(db)

const pair: Pair = [openPostgresLimiter({ url, clock: 'callers' }), openPostgresLimiter({ url, clock: 'callers' })]
const timed: Pair = [openPostgresLimiter({ url }), openPostgresLimiter({ url })]
const sharded = openPostgresLimiter({ url, clock: 'callers', shardByTeam: true })
after(async () => {
  await Promise.all([...pair, ...timed, sharded, db].map((opened) => opened.close()))
  await server.stop()
})

async function cleared<Opened extends readonly PostgresLimiter[]>(opened: Opened): Promise<Opened> {
  for (const limiter of opened) await limiter.clear()
  return opened
}

/** As one limiter, whose calls go to either of two in turn. */
async function inTurn(): Promise<Limiter> {
  const nodes = await cleared(pair)
  let made = 0
  const next = () => nodes[made++ % 2] as PostgresLimiter
  return {
    take: (counts, now) => next().take(counts, now),
    takeAnyway: (counts, now) => next().takeAnyway(counts, now),
    clear: () => next().clear(),
    size: 0,
  }
}

limiterConformance('PostgreSQL', async () => (await cleared(pair))[0])
limiterConformance('PostgreSQL that is sharded by team', async () => (await cleared([sharded]))[0] as Limiter)
limiterProperties('PostgreSQL', async () => (await cleared(pair))[0], 40)
limiterProperties('two nodes on one PostgreSQL', inTurn, 60)

/** As users.profile.set counts a call, but for a tier that lets more pass. */
const setting = (target: string): readonly Count[] => [
  bucket('set', 1000),
  calls(`token ${target}`, 10),
  distinct('token', target, 30),
]

/** Makes each call on both nodes, all at once. */
async function onBoth(nodes: Pair, made: readonly (readonly Count[])[], now: number): Promise<number[]> {
  return Promise.all(nodes.flatMap((node) => made.map((counts) => node.take(counts, now))))
}

const passedOf = (waits: readonly number[]) => waits.filter((wait) => wait === 0).length
const times = <Item>(count: number, item: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => item(index))

describe('of calls that two nodes get at once', () => {
  test('ten for one target pass, and the others are told a minute', async () => {
    const nodes = await cleared(pair)
    for (const now of [NOW, NOW + 60_000]) {
      const made = times(200, () => setting('ada'))
      const waits = await onBoth(nodes, made, now)
      assert.deepEqual(waits.toSorted(), [...times(10, () => 0), ...times(390, () => 60)])
    }
  })

  test('ten for one target pass by the clock of the database, too', async () => {
    const nodes = await cleared(timed)
    const made = times(200, () => setting('ada'))
    // What the callers take for the time is of no account.
    const waits = [...(await onBoth(nodes, made, 0)), ...(await onBoth(nodes, made, NOW))]
    assert.equal(passedOf(waits), 10)
    for (const wait of waits) assert.ok(wait >= 0 && wait <= 60, String(wait))
  })

  test('those for thirty targets pass, and no other target on either node', async () => {
    const nodes = await cleared(pair)
    const targets = times(100, (index) => `crowd ${index}`)
    const waits = await onBoth(
      nodes,
      targets.map((target) => setting(target)),
      NOW,
    )
    const passed = targets.filter((_, index) => waits[index] === 0 || waits[index + targets.length] === 0)
    assert.equal(passed.length, 30)
    for (const target of targets) {
      assert.equal(await nodes[0].take(setting(target), NOW), passed.includes(target) ? 0 : 60, target)
    }
  })

  test('with the same keys in any order, none waits for ever', async () => {
    const nodes = await cleared(pair)
    const targets = times(20, (index) => `crowd ${index}`)
    for (let round = 0; round < 10; round += 1) {
      const made = [targets, targets.toReversed()].flatMap((order) => order.map((target) => setting(target)))
      const waits = await onBoth(nodes, made, NOW + round * 61_000)
      assert.equal(passedOf(waits), 80)
    }
  })

  test('under keys that were never met, each passes as often as it may, whoever makes its row', async () => {
    const nodes = await cleared(pair)
    for (let round = 0; round < 30; round += 1) {
      const keys = times(20, (index) => `${round} ${index}`)
      const made = [keys, keys.toReversed()].flatMap((order) => order.map((key) => [calls(key, 3)]))
      const waits = await onBoth(nodes, made, NOW)
      assert.deepEqual(waits.toSorted(), [...times(60, () => 0), ...times(20, () => 60)])
    }
  })

  test('as many pass as a naive reading of the rules lets pass, with the same waits', async () => {
    const burst = fc.record({
      passed: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 59_990, max: 60_010 })),
      counts: fc.constantFrom(setting('ada'), setting('bob'), [calls('alone', 7)]),
      size: fc.integer({ min: 1, max: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { minLength: 5, maxLength: 20 }), async (bursts) => {
        const nodes = await cleared(pair)
        const naive = new Naive()
        let now = NOW
        for (const { passed, counts, size } of bursts) {
          now += passed
          const made = times(size, () => counts)
          const expected = times(2 * size, () => naive.take(counts, now))
          assert.deepEqual((await onBoth(nodes, made, now)).toSorted(), expected.toSorted())
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('who was refused', () => {
  test('is told again without the database, until the time has come', async () => {
    const [node] = await cleared(pair)
    const asked = async (now: number) => {
      const answer = node.take(setting('ada'), now)
      return { isAtOnce: typeof answer === 'number', wait: await answer }
    }
    for (let call = 0; call < 10; call += 1) assert.deepEqual(await asked(NOW), { isAtOnce: false, wait: 0 })
    assert.deepEqual(await asked(NOW), { isAtOnce: false, wait: 60 })
    for (let call = 0; call < 1000; call += 1) assert.deepEqual(await asked(NOW + 100), { isAtOnce: true, wait: 60 })
    assert.deepEqual(await asked(NOW + 59_000), { isAtOnce: true, wait: 1 })
    assert.deepEqual(await asked(NOW + 60_000), { isAtOnce: false, wait: 0 })
  })

  test('is told again by the clock of the database, too', async () => {
    const [node] = await cleared(timed)
    for (let call = 0; call < 10; call += 1) assert.equal(await node.take(setting('ada'), 0), 0)
    const first = await node.take(setting('ada'), 0)
    assert.ok(first >= 1 && first <= 60, String(first))
    const again = await node.take(setting('ada'), 0)
    assert.ok(again >= 1 && again <= first, `${again} after ${first}`)
  })

  test('is told the new time when others have made it later', async () => {
    const [one, two] = await cleared(pair)
    const member = (name: string) => [distinct('few', name, 2)]
    assert.equal(await one.take(member('u'), NOW), 0)
    assert.equal(await one.take(member('v'), NOW + 10_000), 0)
    assert.equal(await one.take(member('w'), NOW + 20_000), 40)
    assert.equal(await two.take(member('u'), NOW + 20_000), 0)
    assert.equal(await one.take(member('w'), NOW + 20_000), 50)
  })
})

describe('tiers that are leased to nodes', () => {
  test('are used without the database, and lapse', async () => {
    const [one, two] = await cleared(pair)
    const tier = [bucket('tier', 100)]
    let atOnce = 0
    let passed = 0
    for (; (await take(one, NOW)) === 0; passed += 1);
    assert.equal(passed, 100)
    assert.ok(atOnce > 50, String(atOnce))

    // Half a bucket later, one node takes some ahead.
    for (passed = 0; passed < 12; passed += 1) assert.equal(await take(one, NOW + 30_000), 0)
    assert.equal(typeof one.take(tier, NOW + 30_001), 'number')
    assert.equal(typeof one.take(tier, NOW + 32_001), 'object')
    assert.equal(await take(two, NOW + 32_001), 0)

    async function take(node: PostgresLimiter, now: number): Promise<number> {
      const answer = node.take(tier, now)
      if (answer === 0) atOnce += 1
      return answer
    }
  })

  const aTraffic = fc.record({
    perMinute: fc.constantFrom(20, 50, 100),
    bursts: fc.array(
      fc.record({
        passed: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 500 }), fc.integer({ min: 500, max: 20_000 })),
        node: fc.constantFrom(0 as const, 1 as const),
        size: fc.integer({ min: 1, max: 30 }),
      }),
      { minLength: 10, maxLength: 40 },
    ),
  })

  test('let pass, over all nodes and in any time, no more than one bucket would, and who waits as told passes', async () => {
    await fc.assert(
      fc.asyncProperty(aTraffic, async ({ perMinute, bursts }) => {
        const nodes = await cleared(pair)
        const tier = [bucket('tier', perMinute)]
        const passed: number[] = []
        let now = NOW
        for (const { passed: ms, node, size } of bursts) {
          now += ms
          const waits = await Promise.all(times(size, () => nodes[node].take(tier, now)))
          passed.push(...times(passedOf(waits), () => now))
          const wait = waits.find((seconds) => seconds > 0)
          if (wait === undefined || node === 0) continue
          now += wait * 1000
          assert.equal(await nodes[0].take(tier, now), 0)
          passed.push(now)
        }
        assert.equal(firstTooMany(passed, perMinute), undefined)
      }),
      { numRuns: 60 },
    )
  })
})

test('a row has room for all windows that a token may use in a minute', () => {
  for (const { name, rate } of METHODS) {
    const targets = rate.some(({ kind }) => kind === 'target')
      ? Math.min(
          ...rate.map((limit) => (limit.kind === 'distinct-targets' ? limit.perMinute : Number.POSITIVE_INFINITY)),
        )
      : 0
    const others = rate.filter(({ kind }) => kind === 'token').length
    assert.ok(targets + others <= WINDOWS_PER_ROW_MAX, `${name}: ${targets} and ${others}`)
  }
})

/** Two times of passed calls with more between them than a bucket, full at the first, has until the second. */
function firstTooMany(passed: readonly number[], perMinute: number): readonly [number, number] | undefined {
  for (const [first, from] of passed.entries()) {
    for (const [index, to] of passed.slice(first).entries()) {
      if (index + 1 > perMinute + ((to - from) * perMinute) / 60_000 + 1e-6) return [from, to]
    }
  }
  return undefined
}
