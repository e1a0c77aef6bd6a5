import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { createNameLookup } from './name-lookup.ts'

const SLOW_MS = 1
/** Timers fire in the order of their times, so this answer is always a slow one. */
const ANSWER_MS = 30

/** What was asked, in order; names that begin with `slow` are answered late. */
function startAsking() {
  const asked: string[] = []
  const find = createNameLookup(async (hostname) => {
    asked.push(hostname)
    if (hostname.startsWith('slow')) await setTimeout(ANSWER_MS)
    if (hostname.startsWith('slow.broken')) throw new Error('No answer.')
    return [{ address: '192.0.2.1', family: 4 }]
  }, SLOW_MS)
  return { asked, find }
}

describe('names of receivers', () => {
  test('are asked for together, and share an answer', async () => {
    const { asked, find } = startAsking()
    const found = await Promise.all(['one', 'two', 'one'].map(find))
    assert.deepEqual(asked, ['one', 'two'])
    assert.equal(found[0], found[2])
    await find('one')
    assert.deepEqual(asked, ['one', 'two', 'one'], 'an answer is not kept')
  })

  test('that were slow wait for each other, and hold up no other, also where one has no answer', async () => {
    const { asked, find } = startAsking()
    const slow = ['slow.one', 'slow.broken', 'slow.two']
    await Promise.allSettled(slow.map(find))
    assert.deepEqual(asked.splice(0), slow, 'nobody knew that they are slow')

    const again = Promise.allSettled(slow.map(find))
    await find('quick')
    assert.deepEqual(asked.toSorted(), ['quick', 'slow.one'])
    const ended = await again
    assert.deepEqual(asked, ['quick', ...slow])
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
  })
})
