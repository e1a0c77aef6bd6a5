import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openMemory } from '../../test/support/harness.ts'
import { aWorld, ids, NOW, NOW_SECONDS, OTHER_TEAM, TEAM } from '../../test/support/world.ts'
import { emailLink } from '../domain/profile/email-link.ts'
import type { PendingEmail } from '../domain/user.ts'
import { addConfirmEmail } from './confirm-email.ts'
import { listen } from './listener.ts'

const CODE = 'Zm9ydHktdHdvIGJ5dGVz'
const PENDING: PendingEmail = { email: 'Melanie@coffee.example', code: CODE, expiresAt: NOW_SECONDS + 60 }

async function start(t: TestContext, pending: PendingEmail = PENDING) {
  const store = await openMemory()
  const { team, users } = aWorld()
  await store.addTeam(
    team,
    users.map((user) => (user.id === ids.mel ? { ...user, pendingEmail: pending } : user)),
  )
  const clock = { at: NOW, now: () => clock.at }
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    answerCall: () => assert.fail('no method is called'),
    addRoutes: (app) => addConfirmEmail(app, { store, clock }),
    log: { error: () => assert.fail('nothing is logged') },
  })
  t.after(async () => {
    await listener.close()
    await store.close()
  })
  const publicUrl = `http://127.0.0.1:${listener.port}`
  return {
    store,
    clock,
    publicUrl,
    link: emailLink(publicUrl, { teamId: TEAM, userId: ids.mel, code: CODE }),
    mel: () => store.findUser(TEAM, ids.mel),
    told: async () => (await store.readLog(TEAM, 0, 100)).map(({ kind }) => kind),
  }
}

async function open(link: string, method: 'GET' | 'POST'): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await fetch(link, method === 'POST' ? { method, headers, body: '' } : { method })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  return answer.text()
}

test('opening the link shows a button and confirms nothing, however often', async (t) => {
  const { link, mel, told } = await start(t)
  for (let look = 0; look < 3; look++) {
    const page = await open(link, 'GET')
    assert.match(page, /<form method="post"/)
    assert.ok(page.includes('Melanie@coffee.example'))
  }
  await fetch(link, { method: 'HEAD' })
  assert.equal((await mel())?.email, 'mel@coffee.example')
  assert.deepEqual(await told(), [])
})

test('pressing the button confirms, once', async (t) => {
  const { link, mel, told } = await start(t)
  assert.match(await open(link, 'POST'), /confirmed/)
  const user = await mel()
  assert.deepEqual([user?.email, user?.pendingEmail, user?.updated], ['Melanie@coffee.example', undefined, NOW_SECONDS])
  assert.deepEqual(await told(), ['user', 'email_changed', 'message'])
  assert.match(await open(link, 'POST'), /no longer works/)
  assert.match(await open(link, 'GET'), /no longer works/)
  assert.deepEqual(await told(), ['user', 'email_changed', 'message'])
})

test('pressed twice at the same moment it confirms once', async (t) => {
  const { link, told } = await start(t)
  await Promise.all([open(link, 'POST'), open(link, 'POST'), open(link, 'POST')])
  assert.deepEqual(await told(), ['user', 'email_changed', 'message'])
})

test('a link that is too old says so', async (t) => {
  const { link, clock, mel } = await start(t)
  clock.at = NOW + 60_000
  for (const method of ['GET', 'POST'] as const) assert.match(await open(link, method), /too old/)
  assert.equal((await mel())?.email, 'mel@coffee.example')
})

test('an address that somebody else has by now says so', async (t) => {
  const { link, mel, told } = await start(t, { ...PENDING, email: 'BOB@coffee.example' })
  assert.match(await open(link, 'POST'), /Somebody else/)
  assert.equal((await mel())?.email, 'mel@coffee.example')
  assert.deepEqual(await told(), [])
})

test('any other link is told the same as a used one, and shows no address', async (t) => {
  const { publicUrl, mel, link } = await start(t)
  const wrong = [
    `${publicUrl}/confirm-email`,
    `${link}x`,
    `${link}&code=${CODE}`,
    link.slice(0, -1),
    emailLink(publicUrl, { teamId: TEAM, userId: ids.bob, code: CODE }),
    emailLink(publicUrl, { teamId: OTHER_TEAM, userId: ids.mel, code: CODE }),
    `${publicUrl}/confirm-email?team=../etc&user=%00&code=${'x'.repeat(1000)}`,
  ]
  for (const address of wrong) {
    for (const method of ['GET', 'POST'] as const) {
      const page = await open(address, method)
      assert.match(page, /no longer works/, address)
      assert.ok(!page.includes('coffee.example'))
    }
  }
  assert.equal((await mel())?.pendingEmail?.code, CODE)
})

test('a store that is away is told as such', async (t) => {
  const { link, store } = await start(t)
  await store.close()
  const answer = await fetch(link)
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1'])
})
