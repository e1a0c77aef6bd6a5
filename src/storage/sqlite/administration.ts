import type { OtherFact } from '../../domain/event.ts'
import type { TeamId } from '../../domain/ids.ts'
import { earliestExpirationOf } from '../commits.ts'
import { decideTeam, encodeFact } from '../deciding.ts'
import type { Administration } from '../roles.ts'
import type { Log } from './log.ts'
import type { Notes } from './notes.ts'
import type { Parts } from './parts.ts'
import type { Heads } from './saving.ts'
import { openSnapshots } from './snapshots.ts'
import { NO_HEADS } from './writing.ts'

export function openAdministration({ db, gate, tables, caches, commits, writing, digest }: Parts): Administration {
  const { teams, users, tokens, log, notes } = tables
  const snapshots = openSnapshots(db)
  return {
    addTeam(team, people) {
      const add = () => {
        teams.add(team)
        for (const user of people) users.add(user)
      }
      return writing.write(add, { findEarliest: () => earliestExpirationOf(people) })
    },
    saveTeam(team) {
      const save = () => {
        if (!teams.save(team)) throw new Error(`There is no team ${team.id}.`)
      }
      return writing.write(save, { afterCommit: () => caches.forgetTeam(team.id) })
    },
    async changeTeam(teamId, decide) {
      const change = () => {
        const { decision, changed } = decideTeam(teamId, teams.find(teamId), decide)
        if (changed !== undefined) teams.save(changed.team)
        return { decision, heads: changed && append(log, teamId, changed.at, changed.facts) }
      }
      const { decision } = await writing.write(change, {
        afterCommit: ({ heads }) => heads && caches.forgetTeam(teamId),
        headsOf: ({ heads }) => heads,
      })
      return decision
    },
    addToken(token, grant) {
      return writing.write(() => tokens.add(digest(token), grant), { afterCommit: () => caches.forgetUserTokens() })
    },
    async revokeToken(teamId, tokenId, now, tell = () => undefined) {
      const revoke = () => {
        const revoked = tokens.revoke(teamId, tokenId, now)
        return (
          revoked && { digest: revoked.digest, heads: append(log, teamId, now * 1000, factsOf(tell(revoked.grant))) }
        )
      }
      const revoked = await writing.write(revoke, {
        afterCommit: (done) => done && caches.forgetGrant(done.digest),
        headsOf: (done) => done?.heads,
      })
      return revoked !== undefined
    },
    putNote(key, value, expected) {
      return writing.write(() => putNote(notes, key, value, expected))
    },
    takeSnapshot() {
      return writing.queue.alone(() => gate.read(() => snapshots.take()))
    },
    restoreSnapshot(snapshot) {
      return writing.write(() => snapshots.restore(snapshot), {
        afterCommit: () => caches.clear(),
        // A followed team that has lost its whole log is told of, too.
        headsOf: () => new Map([...commits.followed().map((id) => [id, 0] as const), ...log.findHeads()]),
        findEarliest: () => users.findNextExpiration() ?? 0,
      })
    },
  }
}

function putNote(notes: Notes, key: string, value: string | null, expected: string | null): boolean {
  if (expected !== null) return value === null ? notes.drop(key, expected) : notes.replace(key, value, expected)
  return value === null ? notes.find(key) === undefined : notes.add(key, value)
}

function factsOf(fact: OtherFact | undefined): readonly OtherFact[] {
  return fact === undefined ? [] : [fact]
}

function append(log: Log, teamId: TeamId, at: number, facts: readonly OtherFact[]): Heads {
  if (facts.length === 0) return NO_HEADS
  const lastSeq = log.findLastSeq(teamId)
  for (const [index, fact] of facts.entries()) log.appendFact(teamId, lastSeq + 1 + index, at, encodeFact(fact))
  return new Map([[teamId, lastSeq + facts.length]])
}
