/** The messages of Socket Mode, as JSON text. Slack: "Using Socket Mode". */
export interface HelloFacts {
  readonly appId: string
  readonly connections: number
  readonly host: string
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly lifetimeSeconds: number
}

/** Slack counts its own builds; clients only show the number. */
const BUILD_NUMBER = 1

export function helloMessage({ appId, connections, host, startedAt, lifetimeSeconds }: HelloFacts): string {
  return JSON.stringify({
    type: 'hello',
    num_connections: connections,
    connection_info: { app_id: appId },
    debug_info: {
      host,
      started: new Date(startedAt).toISOString().replace('T', ' ').replace('Z', ''),
      build_number: BUILD_NUMBER,
      approximate_connection_time: lifetimeSeconds,
    },
  })
}

export interface EnvelopeFacts {
  readonly envelopeId: string
  /** The `event_callback` body, as JSON text. */
  readonly body: string
  /** Attempts made before this one. */
  readonly attempts: number
  readonly reason: string
}

export function eventMessage({ envelopeId, body, attempts, reason }: EnvelopeFacts): string {
  const rest = { type: 'events_api', accepts_response_payload: false, retry_attempt: attempts, retry_reason: reason }
  return `{"envelope_id":"${envelopeId}","payload":${body},${JSON.stringify(rest).slice(1)}`
}

/** Slack: `warning` about ten seconds before the connection is refreshed, `link_disabled` once Socket Mode is off; an
 * eleventh connection hears `too_many_websockets` in place of `hello`. */
export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets'

export function disconnectMessage(reason: DisconnectReason, host: string): string {
  return JSON.stringify({ type: 'disconnect', reason, debug_info: { host } })
}

/** The envelope that a client's message acknowledges. Its `payload` is for interactions, which there are none of here. */
export function parseAcknowledgement(text: string): string | undefined {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return undefined
  }
  const id = typeof message === 'object' && message !== null && 'envelope_id' in message && message.envelope_id
  return typeof id === 'string' ? id : undefined
}
