import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TeamId } from '../domain/ids.ts'
import type { Undelivered } from '../storage/store.ts'
import { Backlog } from './backlog.ts'

function row(id: string, attempts: number, nextAt: number): Undelivered {
  const teamId = 'T0COFFEE1' as TeamId
  return { id, reader: 'app:T/A', teamId, seq: 1, type: 'user_change', attempts, reason: 'http_error', nextAt }
}

test('the next one is the earliest, however often it has failed', () => {
  const backlog = new Backlog()
  backlog.put(row('late', 3, 300))
  backlog.put(row('early', 1, 50))
  backlog.put(row('middle', 2, 60))
  const order: string[] = []
  for (let next = backlog.next(); next !== undefined; next = backlog.next()) {
    order.push(next.id)
    backlog.remove(next.id)
  }
  assert.deepEqual(order, ['early', 'middle', 'late'])
})

test('one that comes late and is due early goes before those that failed as often', () => {
  const backlog = new Backlog()
  for (const [id, nextAt] of [
    ['second', 60],
    ['third', 70],
    ['first', 50],
    ['also third', 70],
  ] as const) {
    backlog.put(row(id, 2, nextAt))
  }
  const order: string[] = []
  for (let next = backlog.next(); next !== undefined; next = backlog.next()) {
    order.push(next.id)
    backlog.remove(next.id)
  }
  assert.deepEqual(order, ['first', 'second', 'third', 'also third'])
})

test('a row that failed again stands once', () => {
  const backlog = new Backlog()
  backlog.put(row('one', 1, 50))
  backlog.put(row('one', 2, 110))
  assert.equal(backlog.size, 1)
  assert.equal(backlog.get('one')?.attempts, 2)
  backlog.remove('one')
  assert.equal(backlog.get('one'), undefined)
  assert.equal(backlog.next(), undefined)
})
