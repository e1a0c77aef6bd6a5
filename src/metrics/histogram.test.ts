import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Histogram } from './histogram.ts'

test('a value counts in its bucket and in all that are wider', () => {
  const histogram = new Histogram([1, 2, 5])
  for (const value of [0, 1, 1.5, 5, 5.1, 100]) histogram.add(value)
  assert.deepEqual(histogram.read(), { bounds: [1, 2, 5], counts: [2, 3, 4, 6], sum: 112.6 })
})

test('an empty one has nothing in it', () => {
  assert.deepEqual(new Histogram([1]).read(), { bounds: [1], counts: [0, 0], sum: 0 })
})
