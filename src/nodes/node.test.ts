import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { within } from '../../test/support/process.ts'
import {
  aNode,
  aWork,
  move,
  NAMES,
  namesOf,
  nextTurn,
  pass,
  SharedLeases,
  type TestWork,
  wantAll,
} from '../../test/support/shared-leases.ts'
import { BEAT_MS, VALID_MS } from './life.ts'

describe('nodes', () => {
  test('one that is alone on its store has all work at once, and asks the store no more', async (t) => {
    const store = new SharedLeases({ isShared: false })
    const one = await aNode(t, store)
    const [works = []] = wantAll([one], NAMES)
    await one.node.look()
    assert.deepEqual(namesOf(works), NAMES)
    store.answering = () => Promise.reject(new Error('It is asked.'))
    store.pass(VALID_MS * 10)
    await move(one, VALID_MS * 10)
    assert.deepEqual(namesOf(works), NAMES)
    assert.deepEqual(one.told, [])
  })

  test('share work evenly, each piece on one of them, and a newcomer gets its part', async (t) => {
    const store = new SharedLeases()
    const first = [await aNode(t, store), await aNode(t, store)]
    const works = wantAll(first, NAMES)
    await pass(2 * BEAT_MS, store, first)
    assert.deepEqual(works.flatMap(namesOf).sort(), NAMES.toSorted())
    for (const own of works) assert.ok(namesOf(own).length > 20, `${namesOf(own).length} of 100`)

    const third = await aNode(t, store)
    const before = works.map(namesOf)
    const more = wantAll([third], NAMES)
    await pass(3 * BEAT_MS, store, [...first, third])
    assert.deepEqual([...works, ...more].flatMap(namesOf).sort(), NAMES.toSorted())
    assert.ok(more.flatMap(namesOf).length > 10)
    // Nothing moves but what the newcomer gets.
    works.forEach((own, index) => {
      for (const name of namesOf(own)) assert.ok(before[index]?.includes(name))
    })
    assert.ok(works.flat().every(({ steps }) => !steps.includes('abandon')))
  })

  test('work that is not spread stays with whoever came first, until it wants it no more', async (t) => {
    const store = new SharedLeases()
    const [one, two] = [await aNode(t, store), await aNode(t, store)]
    const [first, second] = [aWork('app:1', false), aWork('app:1', false)]
    const stop = one.node.want(first)
    two.node.want(second)
    await pass(3 * BEAT_MS, store, [one, two])
    assert.deepEqual([first.steps, second.steps], [['begin'], []])
    await stop()
    await nextTurn()
    await two.node.look()
    assert.deepEqual([first.steps, second.steps], [['begin', 'finish'], ['begin']])
  })

  test('one that stops finishes first, and another has its work at the next look', async (t) => {
    const store = new SharedLeases()
    const [one, two] = [await aNode(t, store), await aNode(t, store)]
    const [own = [], other = []] = wantAll([one, two], NAMES)
    await pass(2 * BEAT_MS, store, [one, two])
    const { length } = namesOf(own)
    assert.ok(length > 0)
    await one.node.stop()
    assert.equal(own.filter(({ steps }) => steps.join() === 'begin,finish').length, length)
    await move(two, BEAT_MS)
    await two.node.look()
    assert.deepEqual(namesOf(other), NAMES)
  })

  test('where it can be heard of, another has the work at once', async (t) => {
    const store = new SharedLeases({ hasBell: true })
    const [one, two] = [await aNode(t, store), await aNode(t, store)]
    const [own = [], other = []] = wantAll([one, two], NAMES)
    await pass(2 * BEAT_MS, store, [one, two])
    assert.ok(namesOf(own).length > 0)
    await one.node.stop()
    // Its last sign of life was a tenth of a second ago: no more has to pass.
    await two.clock.moveTo(two.clock.now() + BEAT_MS / 10)
    await nextTurn()
    await two.node.look()
    assert.deepEqual(namesOf(other), NAMES)
  })

  test('the work of one that is not heard of is taken over after ten seconds, and not before', async (t) => {
    const store = new SharedLeases()
    const [one, two] = [await aNode(t, store), await aNode(t, store)]
    const [own = [], other = []] = wantAll([one, two], NAMES)
    await pass(2 * BEAT_MS, store, [one, two])
    const kept = namesOf(own)
    // From here on, the first one stands still: neither it nor its clock moves.
    await pass(VALID_MS - BEAT_MS, store, [two])
    assert.deepEqual(namesOf(own), kept)
    assert.equal(namesOf(other).length, NAMES.length - kept.length)
    await pass(2 * BEAT_MS, store, [two])
    assert.deepEqual(namesOf(other), NAMES)

    // It wakes: before anything else, it finds that its time has run out.
    await move(one, VALID_MS)
    assert.deepEqual(
      own.filter(({ steps }) => steps.includes('abandon')).map(({ name }) => name),
      kept,
    )
    assert.ok(own.every(({ steps }) => !steps.includes('finish')))
    // As a new node it gets a share again, and each piece is on one of them.
    await pass(3 * BEAT_MS, store, [one, two])
    assert.deepEqual([...namesOf(own), ...namesOf(other)].sort(), NAMES.toSorted())
    assert.ok(namesOf(own).length > 20)
  })

  test('one whose clock has not moved hears from the store that others have its work', async (t) => {
    const store = new SharedLeases()
    const [one, two] = [await aNode(t, store), await aNode(t, store)]
    const [own = [], other = []] = wantAll([one, two], ['app:1', 'app:2', 'app:3', 'app:4', 'app:5', 'app:6'])
    await pass(2 * BEAT_MS, store, [one, two])
    const kept = namesOf(own)
    await pass(VALID_MS + BEAT_MS, store, [two])
    assert.equal(namesOf(other).length, 6)
    await move(one, BEAT_MS)
    assert.deepEqual(
      own.filter(({ steps }) => steps.includes('abandon')).map(({ name }) => name),
      kept,
    )
  })

  test('a store that is away for a moment costs nothing, and one that is away for long costs the work', async (t) => {
    const store = new SharedLeases()
    const one = await aNode(t, store)
    const [works = []] = wantAll([one], ['app:1'])
    const [work] = works
    await pass(BEAT_MS, store, [one])
    store.answering = () => Promise.reject(new Error('The store is away.'))
    await pass(VALID_MS - 2 * BEAT_MS, store, [one])
    assert.deepEqual(work?.steps, ['begin'])
    store.answering = async () => {}
    await pass(BEAT_MS, store, [one])
    assert.deepEqual(work?.steps, ['begin'])
    store.answering = () => Promise.reject(new Error('The store is away.'))
    await pass(VALID_MS, store, [one])
    assert.deepEqual(work?.steps, ['begin', 'abandon'])
    store.answering = async () => {}
    await pass(2 * BEAT_MS, store, [one])
    assert.deepEqual(work?.steps, ['begin', 'abandon', 'begin'])
    assert.deepEqual(one.told, [
      'This node cannot give a sign of life just now.',
      'This node is heard of again.',
      'This node cannot give a sign of life just now.',
      'This node was not heard of for too long: others may do its work.',
      'This node is heard of again.',
    ])
  })

  test('a sign of life that is answered too late keeps nobody alive', async (t) => {
    const store = new SharedLeases()
    const one = await aNode(t, store)
    const [works = []] = wantAll([one], ['app:1'])
    const [work] = works
    await pass(BEAT_MS, store, [one])
    let answer = () => {}
    store.answering = () => new Promise((resolve) => (answer = resolve))
    await move(one, BEAT_MS)
    const { held } = work as TestWork
    assert.equal(held?.isValid(), true)
    await move(one, VALID_MS - 2 * BEAT_MS)
    assert.equal(held?.isValid(), true)
    await move(one, BEAT_MS)
    assert.equal(held?.isValid(), false)
    store.answering = async () => {}
    answer()
    await nextTurn()
    assert.equal(held?.isValid(), false)
    assert.deepEqual(work?.steps.slice(0, 2), ['begin', 'abandon'])
    await pass(BEAT_MS, store, [one])
    assert.deepEqual(work?.steps, ['begin', 'abandon', 'begin'])
  })

  test('what could not begin is tried again', async (t) => {
    for (const isShared of [true, false]) {
      const store = new SharedLeases({ isShared })
      const one = await aNode(t, store)
      const work = aWork('app:1')
      work.beginning = () => Promise.reject(new Error('The store is away.'))
      one.node.want(work)
      await one.node.look()
      assert.deepEqual(work.steps, ['finish'])
      work.beginning = async () => {}
      await pass(BEAT_MS, store, [one])
      assert.deepEqual(work.steps, ['finish', 'begin'])
      assert.deepEqual(one.told, ['Work of a node has failed.'])
    }
  })

  test('work that is wanted again while it ends begins when it has ended', async (t) => {
    const store = new SharedLeases()
    const one = await aNode(t, store)
    const [work, again] = [aWork('app:1'), aWork('app:1')]
    let finish = () => {}
    work.finishing = new Promise((resolve) => (finish = resolve))
    const stop = one.node.want(work)
    await one.node.look()
    const stopped = stop()
    one.node.want(again)
    await one.node.look()
    assert.deepEqual([work.steps, again.steps], [['begin'], []])
    finish()
    await stopped
    await nextTurn()
    assert.deepEqual([work.steps, again.steps], [['begin', 'finish'], ['begin']])
  })

  test('a piece whose lease the store refuses is dropped and sought again', async (t) => {
    const store = new SharedLeases()
    const one = await aNode(t, store)
    const [works = []] = wantAll([one], ['app:1', 'app:2'])
    const [work, other] = works
    await one.node.look()
    const { held } = work as TestWork
    held?.lose()
    assert.equal(held?.isValid(), false)
    await pass(BEAT_MS, store, [one])
    assert.deepEqual(work?.steps, ['begin', 'abandon', 'begin'])
    assert.deepEqual(other?.steps, ['begin'])
    assert.ok((work?.held?.lease.epoch ?? 0) > (held?.lease.epoch ?? 0))
  })

  test('one that stops does not wait for a store that is away', async (t) => {
    const store = new SharedLeases()
    const one = await aNode(t, store)
    const [works = []] = wantAll([one], ['app:1'])
    await one.node.look()
    store.answering = () => new Promise(() => {})
    void one.node.look()
    await within(30_000, one.node.stop(), () => 'It did not stop.')
    assert.deepEqual(works[0]?.steps, ['begin', 'finish'])
  })

  test('what could not be given back is given back later', async (t) => {
    const store = new SharedLeases()
    const [one, two] = [await aNode(t, store), await aNode(t, store)]
    const [first, second] = [aWork('app:1', false), aWork('app:1', false)]
    const stop = one.node.want(first)
    two.node.want(second)
    await one.node.look()
    store.answering = () => Promise.reject(new Error('The store is away.'))
    await stop()
    await nextTurn()
    store.answering = async () => {}
    await two.node.look()
    assert.deepEqual(second.steps, [])
    await pass(BEAT_MS, store, [one, two])
    assert.deepEqual(second.steps, ['begin'])
  })
})
