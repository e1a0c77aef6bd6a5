import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StorageUnavailable } from './store.ts'
import { Turns } from './turns.ts'

const options = { waitingMax: 100, callsMax: 3, groupOf: () => '' }

test('calls of one turn are performed together, in order, so many at a time, and each gets its own answer', async () => {
  const performed: (readonly number[])[] = []
  const turns = new Turns<number, number>(options, async (calls) => {
    performed.push(calls)
    return calls.map((call) => call * 10)
  })
  assert.deepEqual(await Promise.all([1, 2, 3, 4, 5].map((call) => turns.add(call))), [10, 20, 30, 40, 50])
  assert.deepEqual(performed, [
    [1, 2, 3],
    [4, 5],
  ])
})

test('what comes while a batch is performed makes the next one', async () => {
  const performed: (readonly number[])[] = []
  const begun = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const turns = new Turns<number, void>(options, async (calls) => {
    performed.push(calls)
    begun.resolve()
    await release.promise
    return []
  })
  const first = turns.add(1)
  await begun.promise
  const later = [turns.add(2), turns.add(3)]
  release.resolve()
  await Promise.all([first, ...later])
  assert.deepEqual(performed, [[1], [2, 3]])
})

test('groups fail without each other, and those behind a failed batch are performed', async () => {
  const turns = new Turns<string, string>({ ...options, groupOf: (call) => call.slice(0, 1) }, async (calls) => {
    if (calls.includes('b bad')) throw new Error('bad')
    return calls
  })
  const made = ['a one', 'b bad', 'a two', 'b good'].map((call) => turns.add(call))
  const settled = await Promise.allSettled(made)
  assert.deepEqual(
    settled.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : String(outcome.reason))),
    ['a one', 'Error: bad', 'a two', 'b good'],
  )
})

test('more calls than may wait are refused, and all after closing; those before are answered', async () => {
  const turns = new Turns<number, number>({ ...options, waitingMax: 2 }, async (calls) => calls)
  const waiting = [turns.add(1), turns.add(2)]
  await assert.rejects(turns.add(3), StorageUnavailable)
  const closed = turns.close()
  await assert.rejects(turns.add(4), StorageUnavailable)
  await closed
  assert.deepEqual(await Promise.all(waiting), [1, 2])
})
