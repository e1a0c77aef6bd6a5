import type { ControlRefusal } from '../controls/control-refusal.ts'
import { isControlRefusal } from '../controls/control-refusal.ts'

/** What a control answered; what it refused is a mistake in the test. */
export async function controlled<Answer extends object>(asked: Promise<object | ControlRefusal>): Promise<Answer> {
  const answer = await asked
  if (isControlRefusal(answer)) throw new Error(answer.message)
  return answer as Answer
}
