import type { OtherFact } from '../../src/domain/event.ts'
import type { UserId } from '../../src/domain/ids.ts'

/** A title that holds its number many times over, so that a torn one shows, and is long enough for the WAL to be moved
 * within the life of a writer. */
export function titleOf(value: number): string {
  return `${value} `.repeat(400)
}

/** What the log tells of a value beside the event: nothing, one fact or two. */
export function factsOf(userId: UserId, value: number): readonly OtherFact[] {
  return Array.from({ length: value % 3 }, (_, index) => ({
    kind: 'message',
    userId,
    text: `${index} ${titleOf(value)}`,
  }))
}
