import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BoundedCache } from './bounded-cache.ts'

test('a cache never holds more entries than it may', () => {
  const cache = new BoundedCache<number>(10)
  for (let value = 0; value < 1000; value += 1) {
    cache.set(`key ${value}`, value)
    assert.ok(cache.size <= 10, `${cache.size} entries`)
  }
  assert.equal(cache.get('key 999'), 999)
  assert.equal(cache.get('key 1'), undefined)
})

test('a cache never holds more weight than it may, beyond one heavy entry', () => {
  const cache = new BoundedCache<number>(1000, 100)
  for (let value = 0; value < 50; value += 1) {
    cache.set(`key ${value}`, value, 10)
    assert.ok(cache.size <= 10, `${cache.size} entries`)
  }
})

test('what is used stays, whatever else comes by', () => {
  const cache = new BoundedCache<string>(10)
  cache.set('used', 'yes')
  for (let value = 0; value < 100; value += 1) {
    assert.equal(cache.get('used'), 'yes')
    cache.set(`key ${value}`, 'no')
  }
})

test('an entry that is set again weighs what it weighs now, so that nothing else has to go for it', () => {
  const cache = new BoundedCache<number>(1000, 100)
  cache.set('quiet', 1, 10)
  for (let value = 0; value < 100; value += 1) cache.set('busy', value, 10)
  assert.equal(cache.get('quiet'), 1)
  assert.equal(cache.get('busy'), 99)
})

test('a deleted entry is gone, also when it was set in both generations', () => {
  const cache = new BoundedCache<number>(4)
  cache.set('key', 1)
  cache.set('other', 1)
  cache.set('key', 2)
  cache.delete('key')
  assert.equal(cache.get('key'), undefined)
  cache.clear()
  assert.equal(cache.size, 0)
})
