import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TeamId } from '../domain/ids.ts'
import { BoundedCache } from './bounded-cache.ts'
import { Rows } from './rows.ts'

const at = (teamId: string, id: string) => ({ teamId: teamId as TeamId, id })

test('a row is found by both of its ids, and by no others', () => {
  const rows = new Rows<string>()
  rows.set(at('T1', 'U1'), 'ada')
  rows.set(at('T2', 'U1'), 'gus')
  assert.equal(rows.get(at('T1', 'U1')), 'ada')
  assert.equal(rows.get(at('T2', 'U1')), 'gus')
  for (const key of [at('T1', 'U2'), at('T3', 'U1'), at('U1', 'T1'), at('T1', '')])
    assert.equal(rows.get(key), undefined)
})

test('rows are counted over all teams', () => {
  const rows = new Rows<string>()
  rows.set(at('T1', 'U1'), 'ada')
  rows.set(at('T1', 'U1'), 'ada again')
  rows.set(at('T1', 'U2'), 'gus')
  rows.set(at('T2', 'U1'), 'owen')
  assert.equal(rows.size, 3)
  for (const key of [at('T1', 'U1'), at('T1', 'U1'), at('T9', 'U1')]) rows.delete(key)
  assert.equal(rows.size, 2)
  assert.equal(rows.get(at('T1', 'U1')), undefined)
  assert.equal(rows.get(at('T1', 'U2')), 'gus')
})

test('a cache of rows is bounded as any other', () => {
  const cache = new BoundedCache<number, { readonly teamId: TeamId; readonly id: string }>(
    10,
    Number.POSITIVE_INFINITY,
    () => new Rows(),
  )
  for (let value = 0; value < 1000; value += 1) {
    cache.set(at(`T${value % 7}`, `U${value}`), value)
    assert.equal(cache.get(at(`T${value % 7}`, `U${value}`)), value)
    assert.ok(cache.size <= 10, `${cache.size} entries`)
  }
  assert.equal(cache.get(at('T1', 'U1')), undefined)
})
