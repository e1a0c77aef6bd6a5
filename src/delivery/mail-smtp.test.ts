import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { aStore, assertNoAddress, changed, smtp, start, tell } from '../../test/support/mail.ts'
import { until } from '../../test/support/process.ts'
import { startMailServer } from '../../test/support/smtp.ts'
import { TEAM } from '../../test/support/world.ts'
import { MAIL_READER } from '../domain/event.ts'
import { createSmtpPost } from './mail-smtp.ts'
import { parseSmtpUrl } from './smtp-url.ts'

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
