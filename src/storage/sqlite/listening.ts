import type { Listening } from '../roles.ts'
import type { Parts } from './parts.ts'

export function openListening({ gate, tables, commits }: Parts): Listening {
  return {
    async findLastSeq(teamId) {
      return gate.read(() => tables.log.findLastSeq(teamId))
    },
    onCommit(listener) {
      return commits.listen(listener)
    },
    follow(teamId, listener) {
      return commits.follow(teamId, listener)
    },
    onBatch(listener) {
      return commits.watch(listener)
    },
  }
}
