import { LeaseLost } from '../leases.ts'
import { COUNTED_ROWS_MAX, checkProgress, pageOf } from '../limits.ts'
import type { ProgressKeeping } from '../roles.ts'
import { passedOf, readersOf } from '../trimming.ts'
import type { Parts } from './parts.ts'

export function openProgress({ gate, tables, leases, writing }: Parts): ProgressKeeping {
  const { cursors, log, undelivered } = tables
  return {
    async findCursor(teamId, reader) {
      return gate.read(() => cursors.find(teamId, reader))
    },
    async beginReaders(teamId, readers) {
      const isNew = (reader: string) => cursors.find(teamId, reader) === undefined
      // Most have begun long ago, and cost no transaction.
      if (!gate.read(() => readers.some(isNew))) return
      await writing.write(() => {
        const end = log.findLastSeq(teamId)
        for (const reader of readers.filter(isNew)) cursors.save(teamId, reader, end)
      })
    },
    async saveProgress(progress) {
      checkProgress(progress)
      const { teamId, reader, cursor, keep = [], drop = [], lease } = progress
      await writing.write(() => {
        if (lease !== undefined && !leases.holds(lease)) throw new LeaseLost(`${reader} of ${teamId} is another's.`)
        if (cursor !== undefined) cursors.save(teamId, reader, cursor)
        for (const id of drop) undelivered.drop(teamId, reader, id)
        for (const kept of keep) undelivered.keep(kept)
      })
    },
    async findUndelivered(teamId, reader, limit) {
      const rows = pageOf(limit)
      return gate.read(() =>
        reader === null ? undelivered.findOfTeam(teamId, rows) : undelivered.findOfReader(teamId, reader, rows),
      )
    },
    async findUndeliveredById(teamId, id) {
      return gate.read(() => undelivered.find(teamId, id))
    },
    async claimDue(reader, now, later, limit) {
      const rows = pageOf(limit)
      const next = gate.read(() => undelivered.findNextDue(reader))
      // Most looks find nothing, and cost no transaction.
      if (next === undefined || next > now) return []
      return writing.write(() => undelivered.claim(reader, { now, later }, rows))
    },
    async findNextDue(reader) {
      return gate.read(() => undelivered.findNextDue(reader))
    },
    async trimLog(teamId, old, limit) {
      const rows = pageOf(limit)
      return writing.write(() => {
        const places = cursors.findOfTeam(teamId)
        const readers = readersOf(places)
        const end = log.findLastSeq(teamId)
        const passed = passedOf(end, places, undelivered.findFirstWaiting(teamId, readers))
        const removed = log.dropOld(teamId, { ...old, end, passed }, rows)
        if (removed > 0) undelivered.dropBelow(teamId, readers, log.findFirstSeq(teamId) ?? end)
        return removed
      })
    },
    async countUndelivered() {
      return gate.read(() => undelivered.count(COUNTED_ROWS_MAX))
    },
  }
}
