import assert from 'node:assert/strict'
import type { Grant } from '../../domain/grant.ts'
import type { AppId, TeamId, UserId } from '../../domain/ids.ts'
import type { Case } from './conformance.ts'
import { ADA, APP, BOB, grant, keyFor, OTHER_TEAM, setTitle, TEAM, team, user } from './people.ts'

export const TOKENS: readonly Case[] = [
  {
    name: 'a token is found by its whole text only, with everything that was stored of it',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      const given = grant('one', { kind: 'bot', appId: null, expiresAt: 5, scopes: ['b', 'a'] })
      await store.addToken('xoxb-ada', given)
      assert.deepEqual(await store.findGrant('xoxb-ada'), given)
      assert.equal(await store.findGrant('xoxb-ad'), undefined)
      assert.equal(await store.findGrant('XOXB-ADA'), undefined)
    },
  },
  {
    name: 'a token leads to its team and its owner, whatever has become of them',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA), user(BOB, { ordinal: 1, deleted: true })])
      await store.addToken('xoxp-ada', grant('one'))
      await store.addToken('xoxp-bob', grant('two', { userId: BOB, revoked: true }))
      await store.addToken('xoxp-none', grant('three', { userId: 'U0NOBODY99' as UserId }))
      assert.deepEqual(await store.findAccess('xoxp-ada'), { grant: grant('one'), team: team(), owner: user(ADA) })
      const bob = await store.findAccess('xoxp-bob')
      assert.deepEqual([bob?.grant.revoked, bob?.owner?.deleted], [true, true])
      const none = await store.findAccess('xoxp-none')
      assert.deepEqual([none?.grant.tokenId, none?.owner], ['three', undefined])
      assert.equal(await store.findAccess('xoxp-eva'), undefined)
      await store.change(keyFor(ADA), setTitle('Founder'))
      assert.equal((await store.findAccess('xoxp-ada'))?.owner?.profile.title, 'Founder')
    },
  },
  {
    name: 'a token that was looked for in vain is found once it is added',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      assert.equal(await store.findGrant('xoxp-ada'), undefined)
      await store.addToken('xoxp-ada', grant('one'))
      assert.deepEqual(await store.findGrant('xoxp-ada'), grant('one'))
    },
  },
  {
    name: 'neither a token nor its id is given twice, and none to a team that is not there',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.addToken('xoxp-ada', grant('one'))
      await assert.rejects(store.addToken('xoxp-ada', grant('two')))
      await assert.rejects(store.addToken('xoxp-eva', grant('one')))
      await assert.rejects(store.addToken('xoxp-eva', grant('two', { teamId: OTHER_TEAM })))
      await store.addTeam(team(OTHER_TEAM), [])
      await assert.rejects(store.addToken('xoxp-ada', grant('two', { teamId: OTHER_TEAM })))
      assert.deepEqual(await store.findTokens(OTHER_TEAM, null, 10), [])
      assert.deepEqual(await store.findTokens(TEAM, null, 1000), [grant('one')])
    },
  },
  {
    name: 'a revoked token is known as revoked at once, and stays listed',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.addToken('xoxp-ada', grant('one'))
      assert.equal((await store.findGrant('xoxp-ada'))?.revoked, false)
      assert.equal(await store.revokeToken(TEAM, 'one', 500), true)
      assert.deepEqual(await store.findGrant('xoxp-ada'), grant('one', { revoked: true }))
      assert.deepEqual(await store.findTokens(TEAM, null, 1000), [grant('one', { revoked: true })])
      assert.equal(await store.revokeToken(TEAM, 'one', 600), false)
      assert.equal(await store.revokeToken(TEAM, 'two', 600), false)
    },
  },
  {
    name: 'a token is revoked in its own team alone',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.addTeam(team(OTHER_TEAM), [])
      await store.addToken('xoxp-ada', grant('one'))
      assert.equal(await store.revokeToken(OTHER_TEAM, 'one', 500), false)
      assert.deepEqual(await store.findGrant('xoxp-ada'), grant('one'))
    },
  },
  {
    name: 'the tokens of a team are listed page by page in the order of their ids, revoked ones too',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.addTeam(team(OTHER_TEAM), [])
      await store.addToken('xoxp-1', grant('c', { createdAt: 1 }))
      await store.addToken('xoxp-3', grant('a', { createdAt: 3, revoked: true }))
      await store.addToken('xoxp-4', grant('b', { createdAt: 2 }))
      await store.addToken('xoxp-2', grant('other', { createdAt: 2, teamId: OTHER_TEAM }))
      const idsOf = async (teamId: TeamId, after: string | null, limit: number) =>
        (await store.findTokens(teamId, after, limit)).map(({ tokenId }) => tokenId)
      assert.deepEqual(await idsOf(TEAM, null, 1000), ['a', 'b', 'c'])
      assert.deepEqual(await idsOf(TEAM, null, 2), ['a', 'b'])
      assert.deepEqual(await idsOf(TEAM, 'b', 2), ['c'])
      assert.deepEqual(await idsOf(OTHER_TEAM, null, 2), ['other'])
      await assert.rejects(store.findTokens(TEAM, null, 1001), RangeError)
    },
  },
  {
    name: 'the tokens of an app are listed kind by kind, the oldest first, and those of one of its users, the newest first',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA), user(BOB, { ordinal: 1 })])
      await store.addTeam(team(OTHER_TEAM), [])
      const given: readonly (readonly [string, Partial<Grant>])[] = [
        ['d', { createdAt: 7 }],
        ['c', { createdAt: 8, userId: BOB }],
        ['b', { createdAt: 7 }],
        ['a', { createdAt: 9 }],
        ['bot', { createdAt: 1, kind: 'bot', userId: BOB }],
        ['app', { createdAt: 1, kind: 'app' }],
        ['gone', { createdAt: 1 }],
        ['of no app', { createdAt: 1, appId: null }],
        ['of another app', { createdAt: 1, appId: 'A0OTHER01' as AppId }],
        ['of another team', { createdAt: 1, teamId: OTHER_TEAM }],
      ]
      for (const [id, more] of given) await store.addToken(`xoxp-${id}`, grant(id, more))
      await store.revokeToken(TEAM, 'gone', 500)
      const ofApp = { teamId: TEAM, appId: APP }
      const users = await store.findTokensOfApp({ ...ofApp, kind: 'user' }, null, 1000)
      assert.deepEqual(users, [
        grant('b', { createdAt: 7 }),
        grant('d', { createdAt: 7 }),
        grant('c', { createdAt: 8, userId: BOB }),
        grant('a', { createdAt: 9 }),
      ])
      const [first, second, ...others] = users
      assert.deepEqual(await store.findTokensOfApp({ ...ofApp, kind: 'user' }, null, 1), [first])
      assert.deepEqual(await store.findTokensOfApp({ ...ofApp, kind: 'user' }, first ?? null, 1), [second])
      assert.deepEqual(await store.findTokensOfApp({ ...ofApp, kind: 'user' }, second ?? null, 1000), others)
      const bots = await store.findTokensOfApp({ ...ofApp, kind: 'bot' }, null, 1000)
      assert.deepEqual(
        bots.map(({ tokenId }) => tokenId),
        ['bot'],
      )
      const ofUser = async (userId: UserId, limit: number) =>
        (await store.findTokensOfUser({ ...ofApp, userId }, limit)).map(({ tokenId }) => tokenId)
      assert.deepEqual(await ofUser(ADA, 1000), ['a', 'b', 'd'])
      assert.deepEqual(await ofUser(ADA, 1), ['a'])
      assert.deepEqual(await ofUser(BOB, 1000), ['c'])
      await assert.rejects(store.findTokensOfApp({ ...ofApp, kind: 'user' }, null, 1001), RangeError)
      await assert.rejects(store.findTokensOfUser({ ...ofApp, userId: ADA }, 1001), RangeError)
    },
  },
  {
    name: 'a user has authorised an app while a user token of theirs and of the app is not revoked',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA), user(BOB, { ordinal: 1 })])
      await store.addToken('xoxp-ada', grant('one'))
      await store.addToken('xoxb-bob', grant('two', { kind: 'bot', userId: BOB }))
      await store.addToken('xoxp-bob', grant('three', { userId: BOB, appId: null }))
      assert.equal(await store.hasUserToken(TEAM, ADA, APP), true)
      assert.equal(await store.hasUserToken(TEAM, ADA, 'A0OTHER01' as AppId), false)
      assert.equal(await store.hasUserToken(TEAM, ADA, null), false)
      assert.equal(await store.hasUserToken(TEAM, BOB, APP), false)
      assert.equal(await store.hasUserToken(TEAM, BOB, null), true)
      assert.equal(await store.hasUserToken(OTHER_TEAM, ADA, APP), false)
      await store.revokeToken(TEAM, 'one', 500)
      assert.equal(await store.hasUserToken(TEAM, ADA, APP), false)
    },
  },
]
