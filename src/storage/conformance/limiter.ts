import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Count } from '../../domain/limits/count.ts'
import type { Limiter } from '../limiter.ts'

/** 2026-01-15T10:00:00Z. */
export const NOW = Date.UTC(2026, 0, 15, 10)

const teamId = 'T0COFFEE1'
export const bucket = (key: string, perMinute: number): Count => ({ kind: 'bucket', teamId, key, perMinute })
export const calls = (key: string, max: number, holder = key): Count => ({ kind: 'calls', teamId, key, holder, max })
export const distinct = (key: string, member: string, max: number): Count => ({
  kind: 'distinct',
  teamId,
  key,
  member,
  max,
})

/** What every limiter has to do, in whichever place it counts. `open` gives one that remembers nothing, and follows the
 * time that each call names. */
export function limiterConformance(name: string, open: () => Promise<Limiter>): void {
  describe(`the limits in ${name}`, () => {
    test('take nothing from any limit when one of them is used up', async () => {
      const limiter = await open()
      assert.equal(await limiter.take([bucket('tier', 20), calls('one', 1)], NOW), 0)
      for (let call = 0; call < 100; call++)
        assert.equal(await limiter.take([bucket('tier', 20), calls('one', 1)], NOW), 60)
      for (let call = 0; call < 19; call++) assert.equal(await limiter.take([bucket('tier', 20)], NOW), 0)
      assert.equal(await limiter.take([bucket('tier', 20)], NOW), 3)
    })

    test('tell the wait of whichever limit takes longest', async () => {
      const limiter = await open()
      for (let call = 0; call < 20; call++) await limiter.take([bucket('tier', 20), calls(String(call), 1)], NOW)
      assert.equal(await limiter.take([bucket('tier', 20)], NOW), 3)
      assert.equal(await limiter.take([bucket('tier', 20), calls('0', 1)], NOW), 60)
    })

    test('a full bucket is one minute’s worth, however long nobody called', async () => {
      for (const perMinute of [1, 20, 50, 100]) {
        const limiter = await open()
        for (const begin of [NOW, NOW + 86_400_000]) {
          for (let call = 0; call < perMinute; call++)
            assert.equal(await limiter.take([bucket('tier', perMinute)], begin), 0)
          assert.equal(await limiter.take([bucket('tier', perMinute)], begin), Math.ceil(60 / perMinute))
        }
      }
    })

    test('counting anyway goes on when a limit is used up, and no further than full', async () => {
      const limiter = await open()
      const all = [bucket('tier', 20), calls('calls', 10), distinct('targets', 'new', 30)]
      for (let call = 0; call < 1000; call++) {
        limiter.takeAnyway([bucket('tier', 20), calls('calls', 10), distinct('targets', String(call), 30)], NOW + call)
      }
      assert.equal(await limiter.take([bucket('tier', 20)], NOW + 1000), 3)
      assert.equal(await limiter.take([calls('calls', 10)], NOW + 1000), 60)
      assert.equal(await limiter.take([distinct('targets', '999', 30)], NOW + 1000), 0)
      assert.equal(await limiter.take(all, NOW + 1000), 60)
      assert.equal(await limiter.take(all, NOW + 61_000), 0)
    })

    test('calls that come out of order are counted at the latest time', async () => {
      const limiter = await open()
      assert.equal(await limiter.take([calls('a', 1)], NOW + 500), 0)
      assert.equal(await limiter.take([calls('a', 1)], NOW), 60)
      assert.equal(await limiter.take([calls('b', 1)], NOW), 0)
      assert.equal(await limiter.take([calls('b', 1)], NOW + 60_400), 1)
      assert.equal(await limiter.take([calls('b', 1)], NOW + 60_500), 0)
    })

    test('a clock that was set back by an hour shuts nobody out', async () => {
      const limiter = await open()
      const all = [bucket('tier', 1), calls('calls', 1), distinct('targets', 'u', 1)]
      assert.equal(await limiter.take(all, NOW), 0)
      assert.equal(await limiter.take(all, NOW - 3_600_000), 0)
      assert.equal(await limiter.take(all, NOW - 3_600_000), 60)
    })

    test('are forgotten when they are cleared', async () => {
      const limiter = await open()
      await limiter.take([calls('a', 1)], NOW)
      await limiter.clear()
      assert.equal(await limiter.take([calls('a', 1)], NOW), 0)
    })
  })
}
