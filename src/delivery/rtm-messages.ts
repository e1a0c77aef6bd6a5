/** What clients of the Real Time Messaging API say and hear, as JSON text. */
export const HELLO = JSON.stringify({ type: 'hello' })
/** Slack: "The server intends to close the connection soon." */
export const GOODBYE = JSON.stringify({ type: 'goodbye' })

const MALFORMED = JSON.stringify({ type: 'error', error: { code: 1, msg: 'send a JSON object with id and type' } })
const ONLY_PING = { code: 2, msg: 'only ping is answered here' }

/** The answer to a client's message, where it wants one. */
export function replyTo(text: string): string | undefined {
  const message = parseObject(text)
  if (message === undefined) return MALFORMED
  const { id, type, ...rest } = message
  // Slack: a pong has the `id` of its ping as `reply_to`, and repeats all other keys.
  if (type === 'ping') return JSON.stringify({ ...rest, reply_to: id, type: 'pong' })
  // Such as `typing`, which wants no answer.
  if (type !== 'message' || id === undefined) return undefined
  return JSON.stringify({ ok: false, reply_to: id, error: ONLY_PING })
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
