import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aStore, assertNoAddress, changed, MINUTE_MS, recipients, start, tell } from '../../test/support/mail.ts'
import { until, within } from '../../test/support/process.ts'
import { ids, TEAM } from '../../test/support/world.ts'
import { MAIL_READER } from '../domain/event.ts'
import { createMemoryPost } from './mail-memory.ts'
import { type Post, Undeliverable } from './mail-post.ts'

describe('mails', () => {
  test('go out by themselves, in the order of the log, each once', async (t) => {
    const post = createMemoryPost()
    const { store, mail } = await start(t, post)
    await tell(store, changed('new@coffee.example', 'mel@coffee.example'))
    await within(
      5000,
      until(() => (post.mail().length > 0 ? true : undefined)),
      () => 'No mail came.',
    )
    await tell(store, { kind: 'message', userId: ids.mel, text: 'no mail' })
    await tell(store, { kind: 'email_requested', ...addresses('third@coffee.example'), code: 'c', expiresAt: 1 })
    await mail.runDue()
    await mail.runDue()
    assert.deepEqual(recipients(post), [
      'new@coffee.example',
      'mel@coffee.example',
      'third@coffee.example',
      'new@coffee.example',
    ])
    assert.deepEqual(await store.findUndelivered(TEAM, MAIL_READER, 10), [])
  })

  test('that were asked for while no server ran are sent by the next', async (t) => {
    const store = await aStore(t)
    await tell(store, changed('before@coffee.example'))
    const first = createMemoryPost()
    const one = await start(t, first, store)
    await one.mail.runDue()
    assert.deepEqual(recipients(first), ['before@coffee.example'])
    await one.mail.stop()
    await tell(store, changed('between@coffee.example'))
    const second = createMemoryPost()
    const two = await start(t, second, store)
    await two.mail.runDue()
    assert.deepEqual(recipients(second), ['between@coffee.example'])
  })

  test('are all sent when very many wait', async (t) => {
    const store = await aStore(t)
    const idle = await start(t, createMemoryPost(), store)
    await idle.mail.stop()
    for (let batch = 0; batch < 11; batch++) {
      await tell(store, ...Array.from({ length: 1000 }, (_, index) => changed(`p${batch}-${index}@coffee.example`)))
    }
    const counted: string[] = []
    const counting: Post = { send: async ({ to }) => void counted.push(to), close: async () => undefined }
    const { mail } = await start(t, counting, store)
    await mail.runDue()
    assert.equal(counted.length, 11_000)
    assert.equal(new Set(counted).size, 11_000)
  })

  test('that are not taken are tried again after a while, and given up after a day', async (t) => {
    let isOpen = false
    const memory = createMemoryPost()
    const post: Post = {
      ...memory,
      send: async (mail) => {
        if (!isOpen) throw new Undeliverable('connection_failed', false)
        await memory.send(mail)
      },
    }
    const { store, mail, clock, logged } = await start(t, post)
    await tell(store, changed('new@coffee.example', 'mel@coffee.example'))
    await mail.runDue()
    const [row] = await store.findUndelivered(TEAM, MAIL_READER, 10)
    assert.partialDeepStrictEqual(row, { attempts: 1, reason: 'connection_failed', nextAt: clock.now() + MINUTE_MS })

    await clock.moveTo(clock.now() + MINUTE_MS)
    isOpen = true
    await clock.moveTo(clock.now() + 5 * MINUTE_MS - 1)
    assert.deepEqual(recipients(memory), [])
    await clock.moveTo(clock.now() + 1)
    assert.deepEqual(recipients(memory), ['new@coffee.example', 'mel@coffee.example'])
    assert.deepEqual(await store.findUndelivered(TEAM, MAIL_READER, 10), [])

    isOpen = false
    await tell(store, changed('last@coffee.example'))
    await mail.runDue()
    await clock.moveTo(clock.now() + 48 * 60 * MINUTE_MS)
    const [given] = await store.findUndelivered(TEAM, MAIL_READER, 10)
    assert.partialDeepStrictEqual(given, { attempts: 7, nextAt: null })
    assert.ok(logged.at(-1)?.startsWith('A mail could not be sent. It is given up.'))
    assertNoAddress(logged)
  })

  test('that are on their way do not hold up others for ever, nor the end', async (t) => {
    const post: Post = { send: () => new Promise(() => undefined), close: async () => undefined }
    const { store, mail } = await start(t, post)
    await tell(store, changed('new@coffee.example'))
    void mail.runDue()
    await within(5000, mail.stop(), () => 'It did not stop.')
  })

  test('that somebody took and did not bring to an end are sent by another after two minutes', async (t) => {
    const hanging: Post = { send: () => new Promise(() => undefined), close: async () => undefined }
    const { store, mail } = await start(t, hanging)
    await tell(store, changed('new@coffee.example'))
    void mail.runDue()
    await until(async () => {
      const [row] = await store.findUndelivered(TEAM, MAIL_READER, 10)
      return (row?.nextAt ?? 0) > Date.now() + MINUTE_MS ? true : undefined
    })
    const post = createMemoryPost()
    const other = await start(t, post, store)
    await other.mail.runDue()
    assert.deepEqual(recipients(post), [])
    await other.clock.moveTo(other.clock.now() + 2 * MINUTE_MS)
    assert.deepEqual(recipients(post), ['new@coffee.example'])
    assert.deepEqual(await store.findUndelivered(TEAM, MAIL_READER, 10), [])
  })

  test('start anew with what is restored', async (t) => {
    const post = createMemoryPost()
    const { store, mail } = await start(t, post)
    const snapshot = await store.takeSnapshot()
    await tell(store, changed('one@coffee.example'))
    await mail.runDue()
    await mail.reset(() => store.restoreSnapshot(snapshot))
    post.clear()
    await tell(store, changed('two@coffee.example'))
    await mail.runDue()
    assert.deepEqual(recipients(post), ['two@coffee.example'])
  })
})

function addresses(to: string) {
  return { userId: ids.mel, from: 'new@coffee.example', to }
}
