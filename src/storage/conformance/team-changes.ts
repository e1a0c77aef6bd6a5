import assert from 'node:assert/strict'
import { refuse } from '../../domain/errors.ts'
import type { OtherFact } from '../../domain/event.ts'
import type { TeamId } from '../../domain/ids.ts'
import type { Team } from '../../domain/team.ts'
import type { TeamChange } from '../store.ts'
import type { Case } from './conformance.ts'
import { ADA, fullTeam, keyFor, OTHER_TEAM, setTitle, TEAM, team, user } from './people.ts'

export const TEAM_CHANGES: readonly Case[] = [
  {
    name: 'a changed team is known at once, also to changes that wait behind it, and told in the log in one go',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(fullTeam(), [user(ADA)])
      await store.getTeam(TEAM)
      const seen: string[] = []
      const decided = store.changeTeam(TEAM, (loaded) => rename(loaded, 'Tea Co', ['state', 'require_2fa']))
      const behind = store.change(keyFor(ADA), (loaded) => {
        seen.push(loaded.team.name)
        return setTitle('behind')(loaded)
      })
      assert.equal((await decided).team.name, 'Tea Co')
      await behind
      assert.deepEqual(seen, ['Tea Co'])
      assert.deepEqual(await store.getTeam(TEAM), { ...fullTeam(), name: 'Tea Co' })
      const [state, twoFactor, ...rest] = await store.readLog(TEAM, 0, 10)
      const { seq = 0 } = state ?? {}
      assert.deepEqual(state, { ...fact('state'), seq, teamId: TEAM, at: 7000 })
      assert.deepEqual(twoFactor, { ...fact('require_2fa'), seq: seq + 1, teamId: TEAM, at: 7000 })
      assert.deepEqual(
        rest.map(({ kind, seq: later }) => [kind, later]),
        [['user', seq + 2]],
      )
    },
  },
  {
    name: 'each decision about a team sees what the last one left',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam({ ...team(), name: '' }, [])
      const letters = Array.from({ length: 20 }, (_, index) => String.fromCharCode(97 + index))
      await Promise.all(
        letters.map((letter) => store.changeTeam(TEAM, (loaded) => rename(loaded, loaded.name + letter))),
      )
      assert.equal((await store.getTeam(TEAM)).name, letters.join(''))
    },
  },
  {
    name: 'a refused change of a team, one that changes nothing and one that fails write nothing',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [])
      const refusal = refuse('not_an_owner')
      assert.equal(await store.changeTeam(TEAM, () => refusal), refusal)
      const idle = await store.changeTeam(TEAM, (loaded) => ({ ...rename(loaded, '', ['state']), team: loaded }))
      assert.deepEqual(idle.team, team())
      const bug = () => {
        throw new Error('a bug')
      }
      await assert.rejects(store.changeTeam(TEAM, bug), /a bug/)
      await assert.rejects(
        store.changeTeam(TEAM, (loaded) => ({ ...rename(loaded, 'Other'), team: team(OTHER_TEAM) })),
        /must keep the team's id/,
      )
      assert.deepEqual(await store.getTeam(TEAM), team())
      assert.equal(await store.findLastSeq(TEAM), 0)
      await store.changeTeam(TEAM, (loaded) => rename(loaded, 'Tea Co'))
      assert.equal((await store.getTeam(TEAM)).name, 'Tea Co')
    },
  },
  {
    name: 'a change of a team is of that team alone, and followers hear of it',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [])
      await store.addTeam(team(OTHER_TEAM), [])
      const commits: ReadonlyMap<TeamId, number>[] = []
      store.onCommit(({ teams }) => commits.push(teams))
      await store.changeTeam(OTHER_TEAM, (loaded) => rename(loaded, 'Tea Co', ['state', 'sudo_minutes']))
      assert.equal((await store.getTeam(TEAM)).name, 'Coffee Co')
      assert.equal(await store.findLastSeq(TEAM), 0)
      const last = await store.findLastSeq(OTHER_TEAM)
      assert.deepEqual(commits.at(-1), new Map([[OTHER_TEAM, last]]))
      await assert.rejects(
        store.changeTeam('T0NOBODY01' as TeamId, (loaded) => rename(loaded, '')),
        /no team T0NOBODY01/,
      )
    },
  },
]

type Name = (OtherFact & { kind: 'team_pref_changed' })['name']

function rename(loaded: Team, name: string, told: readonly Name[] = []): TeamChange {
  return { team: { ...loaded, name }, facts: told.map(fact), at: 7000 }
}

function fact(name: Name): OtherFact {
  return { kind: 'team_pref_changed', userId: ADA, name, value: null }
}
