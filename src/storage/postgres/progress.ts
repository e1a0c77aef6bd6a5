import { LeaseLost } from '../leases.ts'
import { COUNTED_ROWS_MAX, checkProgress, pageOf } from '../limits.ts'
import type { ProgressKeeping } from '../roles.ts'
import { passedOf, readersOf } from '../trimming.ts'
import { holdLease } from './leases.ts'
import type { Parts } from './parts.ts'
import { openTables } from './tables.ts'
import { openTransaction } from './transaction.ts'

export function openProgress({ db, tables, writing }: Parts): ProgressKeeping {
  const besideBatches = openTransaction(db)
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
    async findUndeliveredById(teamId, id) {
      return undelivered.find(teamId, id)
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
    async trimLog(teamId, old, limit) {
      const rows = pageOf(limit)
      return besideBatches(async (session) => {
        const { cursors, log, undelivered } = openTables(session)
        const end = (await log.findHeads([teamId])).get(teamId) ?? 0
        // In this order: a reader that comes past an entry keeps, in the same transaction, what it has to try again.
        const places = await cursors.findOfTeam(teamId)
        const readers = readersOf(places)
        const passed = passedOf(end, places, await undelivered.findFirstWaiting(teamId, readers))
        const removed = await log.dropOld(teamId, { ...old, end, passed }, rows)
        if (removed > 0) await undelivered.dropBelow(teamId, readers, (await log.findFirstSeq(teamId)) ?? end)
        return removed
      })
    },
    async countUndelivered() {
      return undelivered.count(COUNTED_ROWS_MAX)
    },
  }
}
