import assert from 'node:assert/strict'
import type { TeamId, UserId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { Case } from './conformance.ts'
import { ADA, BOB, fullTeam, grant, keyFor, OTHER_TEAM, setTitle, TEAM, team, titlesIn, user } from './people.ts'

export const READING: readonly Case[] = [
  {
    name: 'a team comes back with every part it was stored with',
    run: async (place) => {
      const store = await place.open({ cachedTeamsMax: 1 })
      await store.addTeam(fullTeam(), [])
      assert.deepEqual(await store.getTeam(TEAM), fullTeam())
      assert.deepEqual(await store.findTeam(TEAM), fullTeam())
      assert.deepEqual(await store.findTeams(null, 1000), [fullTeam()])
    },
  },
  {
    name: 'teams are listed page by page in the order of their ids, all or those that have apps',
    run: async (place) => {
      const store = await place.open()
      const ids = ['T0C', 'T0A', 'T0B', 'T0D'] as TeamId[]
      const { apps } = fullTeam()
      for (const id of ids) await store.addTeam({ ...team(id), apps: id === 'T0A' ? new Map() : apps }, [])
      const idsOf = (teams: readonly Team[]) => teams.map(({ id }) => id)
      assert.deepEqual(idsOf(await store.findTeams(null, 1000)), ['T0A', 'T0B', 'T0C', 'T0D'])
      assert.deepEqual(idsOf(await store.findTeams('T0B' as TeamId, 1)), ['T0C'])
      assert.deepEqual(idsOf(await store.findTeamsWithApps(null, 2)), ['T0B', 'T0C'])
      assert.deepEqual(idsOf(await store.findTeamsWithApps('T0C' as TeamId, 2)), ['T0D'])
      await store.saveTeam({ ...team('T0A' as TeamId), apps })
      await store.saveTeam(team('T0B' as TeamId))
      assert.deepEqual(idsOf(await store.findTeamsWithApps(null, 2)), ['T0A', 'T0C'])
      await assert.rejects(store.findTeams(null, 1001), RangeError)
      await assert.rejects(store.findTeamsWithApps(null, 0), RangeError)
    },
  },
  {
    name: 'people and tokens that are looked up at once are found each in its own team, of several teams or of one',
    run: async (place) => {
      const store = await place.open({ cachedUsersMax: 1 })
      for (const teamId of [TEAM, OTHER_TEAM]) {
        await store.addTeam(
          team(teamId),
          [ADA, BOB].map((id) => user(id, { teamId })),
        )
        for (const name of ['ada', 'bob']) await store.addToken(`${name} ${teamId}`, grant(name, { teamId }))
      }
      const find = async (name: string, id: UserId, teamIds: readonly TeamId[]) => {
        const people = teamIds.map((teamId) => store.findUser(teamId, id))
        const grants = teamIds.map((teamId) => store.findGrant(`${name} ${teamId}`))
        const nothing = [store.findUser(TEAM, 'U0NOBODY1' as UserId), store.findGrant('nobody')]
        assert.deepEqual(await Promise.all(nothing), [undefined, undefined])
        return (await Promise.all([...people, ...grants])).map((found) => found?.teamId)
      }
      assert.deepEqual(await find('ada', ADA, [TEAM, OTHER_TEAM]), [TEAM, OTHER_TEAM, TEAM, OTHER_TEAM])
      assert.deepEqual(await find('bob', BOB, [OTHER_TEAM]), [OTHER_TEAM, OTHER_TEAM])
      assert.deepEqual(await find('bob', BOB, [TEAM]), [TEAM, TEAM])
    },
  },
  {
    name: 'a saved team replaces the old one at once, also for changes that wait behind it',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      await store.getTeam(TEAM)
      const seen: string[] = []
      const note = store.change(keyFor(ADA), (loaded) => {
        seen.push(loaded.team.name)
        return setTitle('first')(loaded)
      })
      const saved = store.saveTeam({ ...team(), name: 'Tea Co' })
      const noteAfter = store.change(keyFor(ADA), (loaded) => {
        seen.push(loaded.team.name)
        return setTitle('second')(loaded)
      })
      await Promise.all([note, saved, noteAfter])
      assert.deepEqual(seen, ['Coffee Co', 'Tea Co'])
      assert.equal((await store.getTeam(TEAM)).name, 'Tea Co')
    },
  },
  {
    name: 'an unknown team is an error to get, to save, and to change in',
    run: async (place) => {
      const store = await place.open()
      await assert.rejects(store.getTeam(TEAM), /no team T0COFFEE1/)
      assert.equal(await store.findTeam(TEAM), undefined)
      await assert.rejects(store.saveTeam(team()), /no team T0COFFEE1/)
      await assert.rejects(store.change(keyFor(ADA), setTitle('x')), /no team T0COFFEE1/)
      assert.deepEqual(await store.findTeams(null, 1000), [])
    },
  },
  {
    name: 'a team is added with all its people or not at all, and never over another',
    run: async (place) => {
      const store = await place.open()
      const twins = [user(ADA, { email: 'same@example.com' }), user(BOB, { email: 'SAME@example.com', ordinal: 1 })]
      await assert.rejects(store.addTeam(team(), twins))
      assert.deepEqual(await store.findTeams(null, 1000), [])

      await store.addTeam(team(), [user(ADA)])
      await assert.rejects(store.addTeam({ ...team(), name: 'Other' }, [user(BOB)]))
      assert.equal((await store.getTeam(TEAM)).name, 'Coffee Co')
      assert.equal(await store.findUser(TEAM, BOB), undefined)
    },
  },
  {
    name: 'a user comes back as stored, and nobody else does',
    run: async (place) => {
      const store = await place.open()
      const ada = user(ADA, { email: 'Ada@Example.com', bot: { botId: 'B1', appId: null }, deleted: true })
      await store.addTeam(team(), [ada])
      assert.deepEqual(await store.findUser(TEAM, ADA), ada)
      assert.equal(await store.findUser(TEAM, BOB), undefined)
      assert.equal(await store.findUser(OTHER_TEAM, ADA), undefined)
    },
  },
  {
    name: 'people are listed page by page in the order of joining, and of one team only',
    run: async (place) => {
      const store = await place.open()
      const ids = ['U0ZED', 'U0MAX', 'U0AMY', 'U0LEO', 'U0EVE'] as UserId[]
      await store.addTeam(team(), ids.map((id, ordinal) => user(id, { ordinal, deleted: ordinal === 1 })).toReversed())
      await store.addTeam(team(OTHER_TEAM), [user('U0AMY' as UserId, { teamId: OTHER_TEAM, ordinal: 1 })])

      const pages: UserId[][] = []
      let after: UserId | null = null
      do {
        const page: UserId[] = (await store.findUsers(TEAM, after, 2)).map(({ id }) => id)
        pages.push(page)
        after = page.at(-1) ?? null
      } while (after !== null)
      assert.deepEqual(pages, [['U0ZED', 'U0MAX'], ['U0AMY', 'U0LEO'], ['U0EVE'], []])
      await assert.rejects(store.findUsers(TEAM, null, 1001), RangeError)
      await assert.rejects(store.findUsers(TEAM, null, 0), RangeError)
    },
  },
  {
    name: 'a cursor that names nobody gives an empty page',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      assert.deepEqual(await store.findUsers(TEAM, BOB, 10), [])
    },
  },
  {
    name: 'two teams with the same user id and the same address do not mix',
    run: async (place) => {
      const store = await place.open()
      const email = 'ada@example.com'
      await store.addTeam(team(), [user(ADA, { email })])
      await store.addTeam(team(OTHER_TEAM), [user(ADA, { email, teamId: OTHER_TEAM, name: 'other' })])
      const owners: unknown[] = []
      await Promise.all([
        store.change(keyFor(ADA, { emails: [email] }), (loaded) => {
          owners.push(...loaded.emailOwners)
          return setTitle('here')(loaded)
        }),
        store.change(keyFor(ADA, { teamId: OTHER_TEAM }), setTitle('there')),
      ])
      assert.deepEqual(owners, [[email, ADA]])
      assert.equal((await store.findUser(TEAM, ADA))?.profile.title, 'here')
      assert.equal((await store.findUser(OTHER_TEAM, ADA))?.profile.title, 'there')
      assert.deepEqual(titlesIn(await store.readLog(TEAM, 0, 10)), ['here'])
      assert.deepEqual(titlesIn(await store.readLog(OTHER_TEAM, 0, 10)), ['there'])
    },
  },
  {
    name: 'caches forget, and what they forgot is read again',
    run: async (place) => {
      const store = await place.open({ cachedUsersMax: 4, cachedUsersTextMax: 4000, cachedTeamsMax: 2 })
      const ids = Array.from({ length: 50 }, (_, index) => `U0P${String(index).padStart(3, '0')}` as UserId)
      await store.addTeam(
        team(),
        ids.map((id, ordinal) => user(id, { ordinal })),
      )
      for (const round of ['a', 'b']) {
        await Promise.all(ids.map((id) => store.change(keyFor(id), setTitle(`${round} ${id}`))))
        for (const id of ids) assert.equal((await store.findUser(TEAM, id))?.profile.title, `${round} ${id}`)
      }
    },
  },
]
