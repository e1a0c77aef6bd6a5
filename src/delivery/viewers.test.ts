import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { aGrant, aWorld, ids, NOW, NOW_SECONDS, STATUS_APP, TEAM } from '../../test/support/world.ts'
import type { Grant } from '../domain/grant.ts'
import type { AppId } from '../domain/ids.ts'
import { openSqlite } from '../storage/sqlite/open.ts'
import { createViewers } from './viewers.ts'

const READING = ['users:read']
const NAME = { teamId: TEAM, appId: STATUS_APP }

async function viewersOf(t: TestContext, tokens: readonly Partial<Grant>[], now: () => number = () => NOW) {
  const store = await openSqlite({ path: ':memory:', tokenDigest: (token) => token })
  t.after(() => store.close())
  const { team, users } = aWorld()
  await store.addTeam(team, users)
  for (const [index, token] of tokens.entries()) {
    await store.addToken(`token ${index}`, aGrant({ tokenId: String(index), scopes: READING, ...token }))
  }
  return { store, viewers: createViewers({ store, clock: { now, at: () => () => {} } }) }
}

const BOT = { kind: 'bot', userId: ids.bot } as const

const CHOICES: readonly { rule: string; tokens: readonly Partial<Grant>[]; chosen: string | undefined }[] = [
  { rule: 'the bot decides before people', tokens: [{ createdAt: 1 }, { ...BOT, createdAt: 9 }], chosen: '1' },
  { rule: 'of people, the oldest token', tokens: [{ createdAt: 5 }, { createdAt: 3 }, { createdAt: 4 }], chosen: '1' },
  {
    rule: 'one that reads users before one that does not',
    tokens: [{ ...BOT, scopes: ['chat:write'] }, {}],
    chosen: '1',
  },
  { rule: 'one that does not, where none does', tokens: [{ scopes: [] }, { ...BOT, scopes: [] }], chosen: '1' },
  { rule: 'not a revoked one', tokens: [{ ...BOT, revoked: true }, {}], chosen: '1' },
  { rule: 'not an expired one', tokens: [{ ...BOT, expiresAt: NOW_SECONDS }, {}], chosen: '1' },
  { rule: 'one that has yet to expire', tokens: [{}, { ...BOT, expiresAt: NOW_SECONDS + 1 }], chosen: '1' },
  { rule: 'not that of a deactivated person', tokens: [{ userId: ids.del, createdAt: 1 }, {}], chosen: '1' },
  { rule: 'not that of another app', tokens: [{ ...BOT, appId: 'A0OTHER001' as AppId }, {}], chosen: '1' },
  {
    rule: 'however many come before it that do not work',
    tokens: [...Array<Partial<Grant>>(250).fill({ createdAt: 1, expiresAt: 2 }), { createdAt: 2 }, { createdAt: 3 }],
    chosen: '250',
  },
  { rule: 'not one of no app', tokens: [{ appId: null }], chosen: undefined },
  { rule: 'not the app token', tokens: [{ kind: 'app' }], chosen: undefined },
]

for (const { rule, tokens, chosen } of CHOICES) {
  test(rule, async (t) => {
    const { viewers } = await viewersOf(t, tokens)
    assert.equal((await viewers.find(NAME))?.grant.tokenId, chosen)
  })
}

test('app users are those with a live token, and messages need im:history on it', async (t) => {
  const { viewers } = await viewersOf(t, [
    BOT,
    { userId: ids.mel, scopes: ['im:history'] },
    { userId: ids.bob },
    { userId: ids.gus, scopes: ['im:history'], expiresAt: NOW_SECONDS - 1 },
  ])
  const people = [ids.mel, ids.bob, ids.gus, ids.bot, ids.ada]
  const seen = await Promise.all(people.map(async (id) => ({ id, viewer: await viewers.find(NAME, id) })))
  const where = (holds: (one: (typeof seen)[number]) => boolean | undefined) => seen.filter(holds).map(({ id }) => id)
  assert.deepEqual(
    where(({ id, viewer }) => viewer?.isAppUser(id)),
    [ids.mel, ids.bob],
  )
  assert.deepEqual(
    where(({ id, viewer }) => viewer?.readsMessagesOf(id)),
    [ids.mel],
  )
})

test('a revocation is seen once it is told of', async (t) => {
  const { store, viewers } = await viewersOf(t, [BOT])
  assert.ok(await viewers.find(NAME))
  await store.revokeToken(TEAM, '0', NOW_SECONDS)
  viewers.forget(NAME)
  assert.equal(await viewers.find(NAME), undefined)
})

test('a token that expires meanwhile no longer decides', async (t) => {
  let now = NOW
  const { viewers } = await viewersOf(t, [{ ...BOT, expiresAt: NOW_SECONDS + 60 }, {}], () => now)
  assert.equal((await viewers.find(NAME))?.grant.tokenId, '0')
  now += 60_000
  assert.equal((await viewers.find(NAME))?.grant.tokenId, '1')
})

test('a token whose owner is deactivated meanwhile no longer decides', async (t) => {
  const { store, viewers } = await viewersOf(t, [{ userId: ids.mel, createdAt: 1 }, { createdAt: 2 }])
  assert.equal((await viewers.find(NAME))?.grant.tokenId, '0')
  await store.change({ teamId: TEAM, actorId: ids.pia, userId: ids.mel, emails: [], userIds: [] }, ({ user }) => {
    assert.ok(user)
    return { user: { ...user, deleted: true, updated: user.updated + 1 }, events: [] }
  })
  assert.equal((await viewers.find(NAME))?.grant.tokenId, '1')
})
