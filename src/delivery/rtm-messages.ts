/** What clients of the Real Time Messaging API say and hear, as JSON text. */
export const HELLO = JSON.stringify({ type: 'hello' })
/** Slack: "The server intends to close the connection soon." */
export const GOODBYE = JSON.stringify({ type: 'goodbye' })

// Code 1 is Slack's for an address whose time is over, on which clients connect anew.
const MALFORMED = JSON.stringify({ type: 'error', error: { code: 3, msg: 'send a JSON object with id and type' } })
const ONLY_PING = { code: 2, msg: 'only ping is answered here' }
/** Slack answers these with an event, or not at all. */
const WITHOUT_REPLY: readonly unknown[] = ['typing', 'presence_sub', 'presence_query', 'tickle']

/** The answer to a client's message, where it wants one. */
export function replyTo(text: string): string | undefined {
  const message = parseObject(text)
  if (message === undefined || typeof message.type !== 'string') return MALFORMED
  const { id, type, ...rest } = message
  // Slack: a pong has the `id` of its ping as `reply_to`, and repeats all other keys.
  if (type === 'ping') return JSON.stringify({ ...rest, reply_to: id, type: 'pong' })
  // A client that gave an id waits for what became of its message.
  if (WITHOUT_REPLY.includes(type) || id === undefined) return undefined
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
