import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { chooseNode } from './rendezvous.ts'

const WORKS = Array.from({ length: 3000 }, (_, index) => `T0COFFEE1/app:A0APP${index}`)
const NODES = ['4b4f3d9c-0d6e', 'c1a4f20a-77f1', '0f9e8d7c-6b5a']

test('every node finds the same, whatever order it knows the others in', () => {
  for (const work of WORKS) assert.equal(chooseNode(NODES, work), chooseNode(NODES.toReversed(), work))
  assert.equal(chooseNode([], 'work'), undefined)
})

test('work is spread evenly, also where ids and names hardly differ', () => {
  const sets = [NODES, ['a', 'b', 'c'], ['node-1', 'node-2', 'node-3'], [randomUUID(), randomUUID(), randomUUID()]]
  for (const nodes of sets) {
    for (const node of nodes) {
      const share = WORKS.filter((work) => chooseNode(nodes, work) === node).length
      assert.ok(share > 800 && share < 1200, `${node} has ${share} of 3000`)
    }
  }
})

test('a node that goes moves its own work only', () => {
  const [gone, ...left] = NODES
  for (const work of WORKS) {
    const before = chooseNode(NODES, work)
    if (before !== gone) assert.equal(chooseNode(left, work), before)
  }
})
