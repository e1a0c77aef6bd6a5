import type { OtherFact } from '../../domain/event.ts'
import type { TeamId } from '../../domain/ids.ts'
import { earliestExpirationOf } from '../commits.ts'
import { decideTeam, encodeFact } from '../deciding.ts'
import type { Administration } from '../roles.ts'
import type { Connection } from './connection.ts'
import { type Heads, NO_HEADS } from './known-heads.ts'
import type { Log } from './log.ts'
import type { Notes } from './notes.ts'
import type { Parts } from './parts.ts'
import { openSnapshots } from './snapshots.ts'
import type { Tables } from './tables.ts'
import { BEGIN_SNAPSHOT, openTransaction } from './transaction.ts'

export function openAdministration({ db, tables, caches, telling, writing, digest }: Parts): Administration {
  const atOneMoment = openTransaction(db, BEGIN_SNAPSHOT)
  return {
    addTeam(team, people) {
      const add = async ({ teams, users }: Tables) => {
        await teams.add(team)
        await users.add(people)
      }
      return writing.write(add, { findEarliest: () => earliestExpirationOf(people) })
    },
    saveTeam(team) {
      const save = async ({ teams }: Tables) => {
        if (!(await teams.save(team))) throw new Error(`There is no team ${team.id}.`)
      }
      return writing.write(save, { afterCommit: () => caches.forgetTeam(team.id) })
    },
    async changeTeam(teamId, decide) {
      const change = async ({ teams, log }: Tables) => {
        const { decision, changed } = decideTeam(teamId, await teams.lock(teamId), decide)
        if (changed !== undefined) await teams.save(changed.team)
        return { decision, heads: changed && (await append(log, teamId, changed.at, changed.facts)) }
      }
      const { decision } = await writing.write(change, {
        afterCommit: ({ heads }) => heads && caches.forgetTeam(teamId),
        headsOf: ({ heads }) => heads,
      })
      return decision
    },
    async addToken(token, grant) {
      const digested = digest(token)
      // Known to belong to the team before there is anything to find there.
      const teamId = await tables.tokenTeams.add(digested, grant.teamId)
      if (teamId !== grant.teamId) throw new Error(`The token ${grant.tokenId} is one of another team.`)
      await writing.write(({ tokens }) => tokens.add(digested, grant))
    },
    async revokeToken(teamId, tokenId, now, tell = () => undefined) {
      const revoke = async ({ tokens, log }: Tables) => {
        const revoked = await tokens.revoke(teamId, tokenId, now)
        return (
          revoked && {
            digest: revoked.digest,
            heads: await append(log, teamId, now * 1000, factsOf(tell(revoked.grant))),
          }
        )
      }
      const revoked = await writing.write(revoke, {
        afterCommit: (done) => done && caches.forgetGrant(done.digest),
        headsOf: (done) => done?.heads,
      })
      return revoked !== undefined
    },
    putNote(key, value, expected) {
      return writing.write(({ notes }) => putNote(notes, key, value, expected))
    },
    takeSnapshot() {
      return writing.queue.alone(() => atOneMoment((session) => openSnapshots(session).take()))
    },
    async restoreSnapshot(snapshot) {
      const restore = async ({ log, users }: Tables, session: Connection) => {
        await log.lock()
        await openSnapshots(session).restore(snapshot)
        // A followed team that has lost its whole log is told of, too.
        const emptied = telling.commits.followed().map((id) => [id, 0] as const)
        const heads = new Map([...emptied, ...(await log.findAllHeads())])
        return { heads, earliest: (await users.findNextExpiration()) ?? 0 }
      }
      await writing.write(restore, {
        afterCommit: ({ earliest }) => {
          caches.clear()
          telling.startOver(earliest)
        },
        headsOf: ({ heads }) => heads,
        findEarliest: ({ earliest }) => earliest,
      })
      telling.ringAll()
    },
  }
}

async function putNote(notes: Notes, key: string, value: string | null, expected: string | null): Promise<boolean> {
  if (expected !== null) return value === null ? notes.drop(key, expected) : notes.replace(key, value, expected)
  return value === null ? (await notes.find(key)) === undefined : notes.add(key, value)
}

function factsOf(fact: OtherFact | undefined): readonly OtherFact[] {
  return fact === undefined ? [] : [fact]
}

async function append(log: Log, teamId: TeamId, at: number, facts: readonly OtherFact[]): Promise<Heads> {
  return facts.length === 0 ? NO_HEADS : log.appendFacts(teamId, at, facts.map(encodeFact))
}
