import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuse } from '../domain/errors.ts'
import type { TeamId, UserId } from '../domain/ids.ts'
import { ADA, keyFor } from './conformance/people.ts'
import type { ChangeCall } from './deciding.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { StorageUnavailable } from './store.ts'
import { WriteQueue } from './write-queue.ts'

const REFUSAL = refuse('not_admin')
const answerAll = (calls: readonly ChangeCall[]) => {
  for (const call of calls) call.resolve(REFUSAL)
}

test('calls that come while a batch is under way form the next one', async () => {
  const sizes: number[] = []
  let release = () => {}
  const queue = new WriteQueue(DEFAULT_LIMITS, async (calls) => {
    sizes.push(calls.length)
    if (sizes.length === 1) await new Promise<void>((resolve) => (release = resolve))
    answerAll(calls)
  })
  const change = () => queue.change(keyFor(ADA), () => REFUSAL)
  const first = [change(), change()]
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  const second = [change(), change(), change()]
  release()
  await Promise.all([...first, ...second])
  assert.deepEqual(sizes, [2, 3])
})

test('where a batch is to be of one team, the team that has waited longest comes first and keeps its order', async () => {
  const batches: string[] = []
  const limits = { ...DEFAULT_LIMITS, batchCallsMax: 2 }
  const perform = (calls: readonly ChangeCall[]) => {
    batches.push(calls.map(({ key }) => `${key.teamId}/${key.userIds[0]}`).join(' '))
    answerAll(calls)
  }
  const queue = new WriteQueue(limits, perform, { isByTeam: true })
  const change = (team: string, id: string) =>
    queue.change({ ...keyFor(ADA, { userIds: [id as UserId] }), teamId: team as TeamId }, () => REFUSAL)
  await Promise.all([
    change('T1', 'a'),
    change('T2', 'a'),
    change('T1', 'b'),
    change('T2', 'b'),
    change('T1', 'c'),
    queue.alone(() => batches.push('work')),
    change('T1', 'd'),
  ])
  assert.deepEqual(batches, ['T1/a T1/b', 'T2/a T2/b', 'T1/c', 'work', 'T1/d'])
})

test('administrative work keeps its place, and its failure is its own', async () => {
  const order: string[] = []
  const queue = new WriteQueue(DEFAULT_LIMITS, (calls) => {
    order.push(`${calls.length} calls`)
    answerAll(calls)
  })
  const change = () => queue.change(keyFor(ADA), () => REFUSAL)
  const results = await Promise.allSettled([
    change(),
    queue.alone(() => order.push('work')),
    queue.alone(() => {
      throw new Error('no such team')
    }),
    change(),
    change(),
  ])
  assert.deepEqual(order, ['1 calls', 'work', '2 calls'])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  )
})

test('an engine that fails in an unforeseen way fails its batch and not the queue', async () => {
  let isBroken = true
  const queue = new WriteQueue(DEFAULT_LIMITS, (calls) => {
    if (isBroken) throw new Error('broken')
    answerAll(calls)
  })
  await assert.rejects(
    queue.change(keyFor(ADA), () => REFUSAL),
    /broken/,
  )
  isBroken = false
  assert.deepEqual(await queue.change(keyFor(ADA), () => REFUSAL), REFUSAL)
})

test('a closing queue answers what it holds before it is closed', async () => {
  const queue = new WriteQueue(DEFAULT_LIMITS, answerAll)
  let isAnswered = false
  const change = queue.change(keyFor(ADA), () => REFUSAL).then(() => (isAnswered = true))
  await queue.close()
  assert.equal(isAnswered, true)
  await change
  await assert.rejects(
    queue.alone(() => {}),
    StorageUnavailable,
  )
})
