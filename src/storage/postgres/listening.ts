import type { Listening } from '../roles.ts'
import type { Parts } from './parts.ts'

export function openListening({ tables, telling }: Parts): Listening {
  const { commits } = telling
  return {
    async findLastSeq(teamId) {
      const startedAt = performance.now()
      const seq = (await tables.log.findHeads([teamId])).get(teamId) ?? 0
      telling.hear(teamId, seq, startedAt)
      return seq
    },
    onCommit(listener) {
      const stops = [commits.listen(listener), telling.watch()]
      return () => {
        for (const stop of stops) stop()
      }
    },
    follow(teamId, listener) {
      const stops = [commits.follow(teamId, listener), telling.watch()]
      return () => {
        for (const stop of stops) stop()
        telling.forget(teamId)
      }
    },
    onBatch(listener) {
      return commits.watch(listener)
    },
  }
}
