import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { openMemory } from '../../test/support/harness.ts'
import { until, within } from '../../test/support/process.ts'
import { startMailServer } from '../../test/support/smtp.ts'
import { anotherWorld, aWorld, ids, TEAM } from '../../test/support/world.ts'
import { MovableClock } from '../clock.ts'
import { MAIL_READER, type OtherFact } from '../domain/event.ts'
import type { TeamId } from '../domain/ids.ts'
import type { Store } from '../storage/store.ts'
import { createMail } from './mail.ts'
import { createFolderPost } from './mail-folder.ts'
import { createMemoryPost, keepingIn, type MemoryPost } from './mail-memory.ts'
import { type Post, Undeliverable } from './mail-post.ts'
import { createSmtpPost } from './mail-smtp.ts'
import { parseSmtpUrl } from './smtp-url.ts'

const MINUTE_MS = 60_000
const BEGIN = Date.now()

async function aStore(t: TestContext): Promise<Store> {
  const store = await openMemory()
  const { team, users } = aWorld()
  await store.addTeam(team, users)
  t.after(() => store.close())
  return store
}

interface Started {
  readonly store: Store
  readonly clock: MovableClock
  readonly mail: ReturnType<typeof createMail>
  /** Every log line, whole. */
  readonly logged: string[]
}

async function start(t: TestContext, post: Post, store?: Store): Promise<Started> {
  const clock = new MovableClock()
  clock.setFrozen(true)
  const logged: string[] = []
  const note = (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)}`)
  const used = store ?? (await aStore(t))
  const publicUrl = () => 'https://people.example.com'
  const mail = createMail({ store: used, clock, log: { warn: note, error: note }, publicUrl, post })
  await mail.start()
  t.after(() => within(5000, mail.stop(), () => 'It did not stop.'))
  return { store: used, clock, mail, logged }
}

function tell(store: Store, ...facts: readonly OtherFact[]) {
  return tellIn(store, TEAM, ...facts)
}

function tellIn(store: Store, teamId: TeamId, ...facts: readonly OtherFact[]) {
  const key = { teamId, actorId: ids.ada, userId: ids.mel, emails: [], userIds: [] }
  return store.change(key, ({ user }) => {
    assert.ok(user)
    return { user, events: [], facts, at: BEGIN }
  })
}

const changed = (to: string, from: string | null = null): OtherFact => ({
  kind: 'email_changed',
  userId: ids.mel,
  from,
  to,
})
const recipients = (post: MemoryPost) => post.mail().map(({ to }) => to)

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
    await tell(store, { kind: 'email_requested', ...changed2('third@coffee.example'), code: 'c', expiresAt: 1 })
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

describe('through a mail server', () => {
  test('a mail arrives whole, from and to the right people', async (t) => {
    const server = await startMailServer(t)
    const { store, mail } = await start(t, smtp(`${server.url}?from=hr@coffee.example`))
    await tell(store, changed('jö@bücher.example', 'mel@coffee.example'))
    await mail.runDue()
    assert.deepEqual(server.received.map(({ from, to }) => [from, ...to]).sort(), [
      ['hr@coffee.example', 'jö@bücher.example'],
      ['hr@coffee.example', 'mel@coffee.example'],
    ])
    for (const { raw } of server.received) {
      assert.match(raw, /^Subject: .*Coffee Co/m)
      assert.match(raw, /^Message-ID: <T0COFFEE1\.mail-\d+-(new|old)@coffee\.example>\r$/im)
      assert.match(raw, /^Auto-Submitted: auto-generated\r$/im)
      assert.match(raw, /^Content-Type: text\/plain; charset=utf-8\r$/im)
    }
    assert.ok(server.connections() <= 2)
  })

  test('a team’s name adds no header and no recipient', async (t) => {
    const server = await startMailServer(t)
    const store = await aStore(t)
    await store.saveTeam({ ...(await store.getTeam(TEAM)), name: 'Coffee\r\nBcc: evil@evil.example\r\n\r\nHi' })
    const { mail } = await start(t, smtp(server.url), store)
    await tell(store, changed('new@coffee.example'))
    await mail.runDue()
    const [received] = server.received
    assert.deepEqual(received?.to, ['new@coffee.example'])
    const [head = ''] = received?.raw.split('\r\n\r\n') ?? []
    assert.doesNotMatch(head, /^Bcc/im)
  })

  test('a recipient who is refused for good is not tried again, and stands in no log line', async (t) => {
    const server = await startMailServer(t, {
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('gone') ? done(Object.assign(new Error(`no ${address}`), { responseCode: 550 })) : done(),
    })
    const { store, mail, logged } = await start(t, smtp(server.url))
    await tell(store, changed('gone@coffee.example', 'mel@coffee.example'))
    await mail.runDue()
    assert.deepEqual(
      server.received.map(({ to }) => to),
      [['mel@coffee.example']],
    )
    const [row] = await store.findUndelivered(TEAM, MAIL_READER, 10)
    assert.partialDeepStrictEqual(row, { reason: 'recipient_refused', nextAt: null })
    assertNoAddress(logged)
  })

  test('a password that is refused is told by its kind alone', async (t) => {
    const server = await startMailServer(t, {
      authOptional: false,
      onAuth: (_auth, _session, done) => done(new Error('wrong password s3cret')),
    })
    const port = new URL(server.url).port
    const { store, mail, logged } = await start(t, smtp(`smtp://user:s3cret@127.0.0.1:${port}`))
    await tell(store, changed('new@coffee.example'))
    await mail.runDue()
    const [row] = await store.findUndelivered(TEAM, MAIL_READER, 10)
    assert.equal(row?.reason, 'sign_in_refused')
    assert.ok(!logged.join().includes('s3cret'))
    assertNoAddress(logged)
  })

  test('a password goes to no other machine in clear', async (t) => {
    let signIns = 0
    const server = await startMailServer(t, {
      authOptional: false,
      onAuth: (_auth, _session, done) => {
        signIns++
        done(null, { user: 'user' })
      },
    })
    const { port } = new URL(server.url)
    const local = await start(t, smtp(`smtp://user:s3cret@127.0.0.1:${port}`))
    await tell(local.store, changed('new@coffee.example'))
    await local.mail.runDue()
    assert.deepEqual([signIns, server.received.length], [1, 1])

    // This address reaches the same server and is none of those that stay on this machine by definition.
    const remote = await start(t, smtp(`smtp://user:s3cret@0.0.0.0:${port}`))
    await tell(remote.store, changed('new@coffee.example'))
    await remote.mail.runDue()
    const [row] = await remote.store.findUndelivered(TEAM, MAIL_READER, 10)
    assert.equal(row?.reason, 'no_encryption')
    assert.deepEqual([signIns, server.received.length], [1, 1])
  })

  test('a server that cannot prove its name gets nothing, unless it is on this machine', async (t) => {
    for (const [scheme, options] of [
      ['smtps', { secure: true }],
      ['smtp', {}],
    ] as const) {
      let signIns = 0
      // Without a certificate of ours, it shows one that nobody vouches for.
      const server = await startMailServer(t, {
        ...options,
        disabledCommands: [],
        onAuth: (_auth, _session, done) => {
          signIns++
          done(null, { user: 'user' })
        },
      })
      const { port } = new URL(server.url)
      const remote = await start(t, smtp(`${scheme}://user:s3cret@0.0.0.0:${port}?from=hr@coffee.example`))
      await tell(remote.store, changed('new@coffee.example'))
      await remote.mail.runDue()
      const [row] = await remote.store.findUndelivered(TEAM, MAIL_READER, 10)
      assert.partialDeepStrictEqual(row, { reason: 'certificate_refused', attempts: 1 })
      assert.deepEqual([signIns, server.received.length], [0, 0])

      const local = await start(t, smtp(`${scheme}://user:s3cret@127.0.0.1:${port}?from=hr@coffee.example`))
      await tell(local.store, changed('new@coffee.example'))
      await local.mail.runDue()
      assert.deepEqual([signIns, server.received.length], [1, 1])
    }
  })

  test('a server that is away, or says nothing, is waited for no longer than told', async (t) => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    await until(() => (silent.listening ? true : undefined))
    t.after(() => {
      silent.close()
      for (const socket of sockets) socket.destroy()
    })
    const port = (silent.address() as { port: number }).port
    const server = parseSmtpUrl(`smtp://127.0.0.1:${port}`)
    assert.ok(server)
    const { store, mail } = await start(t, createSmtpPost(server, 50))
    await tell(store, changed('new@coffee.example'))
    await mail.runDue()
    const [row] = await store.findUndelivered(TEAM, MAIL_READER, 10)
    assert.partialDeepStrictEqual(row, { attempts: 1, reason: 'timeout' })

    const away = await start(t, smtp('smtp://127.0.0.1:1'))
    await tell(away.store, changed('new@coffee.example'))
    await away.mail.runDue()
    const [lost] = await away.store.findUndelivered(TEAM, MAIL_READER, 10)
    assert.equal(lost?.reason, 'connection_failed')
    assertNoAddress(away.logged)
  })
})

describe('into a folder', () => {
  test('each mail is one file that only its owner reads, and the oldest make room', async (t) => {
    const folder = join(mkdtempSync(join(tmpdir(), 'nametag-mail-')), 'mail')
    t.after(() => rmSync(join(folder, '..'), { recursive: true }))
    const { store, mail, logged } = await start(t, createFolderPost(folder, 3))
    assert.ok(logged[0]?.includes(folder), 'the operator is told')
    for (const to of ['a', 'b', 'c', 'd', 'e']) await tell(store, changed(`${to}@coffee.example`))
    await mail.runDue()
    const files = readdirSync(folder).sort()
    assert.equal(files.length, 3)
    const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'))
    for (const [index, to] of ['c', 'd', 'e'].entries())
      assert.match(texts[index] ?? '', new RegExp(`^To: ${to}@`, 'm'))
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    for (const name of files) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
  })
})

test('mails of two teams at the same place of their logs are two mails', async (t) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'nametag-mail-')), 'mail')
  t.after(() => rmSync(join(folder, '..'), { recursive: true }))
  const memory = createMemoryPost()
  const store = await aStore(t)
  const { team, users } = anotherWorld()
  await store.addTeam(team, users)
  await tell(store, changed('coffee@example.com'))
  await tellIn(store, team.id, changed('tea@example.com'))
  const { mail } = await start(t, keepingIn(memory, createFolderPost(folder)), store)
  await mail.runDue()
  assert.deepEqual(recipients(memory).sort(), ['coffee@example.com', 'tea@example.com'])
  assert.equal(new Set(memory.mail().map(({ id }) => id)).size, 2)
  assert.equal(readdirSync(folder).length, 2)
})

function changed2(to: string) {
  return { userId: ids.mel, from: 'new@coffee.example', to }
}

function smtp(url: string): Post {
  const server = parseSmtpUrl(url)
  assert.ok(server)
  return createSmtpPost(server)
}

function assertNoAddress(logged: readonly string[]): void {
  assert.ok(logged.length > 0)
  for (const line of logged) assert.doesNotMatch(line, /@/)
}
