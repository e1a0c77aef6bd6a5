import { LeaseLost } from '../leases.ts'
import { COUNTED_ROWS_MAX, checkProgress, pageOf } from '../limits.ts'
import type { ProgressKeeping } from '../roles.ts'
import { holdLease } from './leases.ts'
import type { Parts } from './parts.ts'

export function openProgress({ tables, writing }: Parts): ProgressKeeping {
  const { cursors, undelivered } = tables
  return {
    async findCursor(teamId, reader) {
      return cursors.find(teamId, reader)
    },
    async beginReaders(teamId, readers) {
      await cursors.begin(teamId, readers)
    },
    async saveProgress(progress) {
      checkProgress(progress)
      const { teamId, reader, cursor, keep = [], drop = [], lease } = progress
      await writing.write(async ({ cursors, undelivered }, session) => {
        const isHeld = lease === undefined || (await holdLease(session, lease))
        if (!isHeld) throw new LeaseLost(`${reader} of ${teamId} is another's.`)
        if (cursor !== undefined) await cursors.save(teamId, reader, cursor)
        if (drop.length > 0) await undelivered.drop(teamId, reader, drop)
        if (keep.length > 0) await undelivered.keep(keep)
      })
    },
    async findUndelivered(teamId, reader, limit) {
      const rows = pageOf(limit)
      return reader === null ? undelivered.findOfTeam(teamId, rows) : undelivered.findOfReader(teamId, reader, rows)
    },
    async claimDue(reader, now, later, limit) {
      const due = Map.groupBy(await undelivered.findDue(reader, now, pageOf(limit)), ({ teamId }) => teamId)
      const claims = [...due].map(([teamId, rows]) => {
        const ids = rows.map(({ id }) => id)
        return writing.write((written) => written.undelivered.claim(teamId, ids, { now, later }))
      })
      return (await Promise.all(claims)).flat()
    },
    async findNextDue(reader) {
      return undelivered.findNextDue(reader)
    },
    async countUndelivered() {
      return undelivered.count(COUNTED_ROWS_MAX)
    },
  }
}
