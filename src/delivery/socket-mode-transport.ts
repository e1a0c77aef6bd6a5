import type { SocketMode } from './socket-mode.ts'
import type { Acknowledgement } from './socket-mode-connection.ts'
import type { Transport, TransportOutcome } from './transport.ts'

/** Slack's word on an envelope that is sent again. */
const REASON = 'timeout'
const TIMEOUT = failed('No acknowledgement in time.')
const CLOSED = failed('The connection ended before an acknowledgement.')
const CALLED_OFF = failed('The delivery was called off.')

/** The way of apps in Socket Mode, which goes before a request URL. Without a connection nothing is tried. */
export function createSocketModeTransport(socketMode: SocketMode): Transport {
  return {
    name: 'socket_mode',
    serves: (app) => app.socketMode,
    isOpen: (app) => socketMode.isOpen(app),
    isEverywhere: false,
    addressOf: () => 'socket-mode',
    // Slack's clients take every payload for an event_callback.
    tellsOfLimit: false,
    send({ teamId, app, event: { body }, retry }, signal) {
      const attempts = retry?.number ?? 0
      const sent = socketMode.deliver({ teamId, appId: app.id }, { body, attempts, reason: retry?.reason ?? '' })
      return sent === undefined ? Promise.resolve(CLOSED) : untilCalledOff(sent, signal)
    },
  }
}

function untilCalledOff(sent: Promise<Acknowledgement>, signal: AbortSignal): Promise<TransportOutcome> {
  return new Promise((resolve) => {
    const callOff = () => resolve(CALLED_OFF)
    signal.addEventListener('abort', callOff, { once: true })
    sent.then((outcome) => {
      signal.removeEventListener('abort', callOff)
      if (outcome === 'acknowledged') resolve({ ok: true })
      else resolve(outcome === 'timeout' ? TIMEOUT : CLOSED)
    })
  })
}

function failed(detail: string): TransportOutcome {
  return { ok: false, reason: REASON, noRetry: false, detail }
}
