import { randomUUID } from 'node:crypto'
import { CLOSE, type SocketLine } from './socket-line.ts'
import { type DisconnectReason, disconnectMessage, eventMessage, parseAcknowledgement } from './socket-mode-messages.ts'

/** How an event fared on one connection. */
export type Acknowledgement = 'acknowledged' | 'timeout' | 'closed'

export interface EventToSend {
  /** The `event_callback` body, as JSON text. */
  readonly body: string
  /** Attempts made before this one. */
  readonly attempts: number
  readonly reason: string
}

/** All in real milliseconds. */
export interface ConnectionTimes {
  readonly lifetimeMs: number
  /** How long before its end a connection is warned. */
  readonly warningMs: number
  /** How long a client has for an acknowledgement. */
  readonly acknowledgeMs: number
}

export interface ConnectionFacts {
  /** Of this server, as clients know it. */
  readonly host: string
  readonly times: ConnectionTimes
  readonly onShut: () => void
}

/** One connection of an app: it carries events out and acknowledgements in. */
export class SocketModeConnection {
  #isOpen = true
  /** Events without an acknowledgement since the last one that had one. */
  lapses = 0
  /** Position in the order in which connections were last given an event. */
  turn = 0
  readonly #line: SocketLine
  readonly #host: string
  readonly #times: ConnectionTimes
  readonly #onShut: () => void
  readonly #waiting = new Map<string, (outcome: Acknowledgement) => void>()
  #refresh: NodeJS.Timeout

  /** `onShut` is told when it takes events no more. */
  constructor(line: SocketLine, { host, times, onShut }: ConnectionFacts) {
    this.#line = line
    this.#host = host
    this.#times = times
    this.#onShut = onShut
    this.#refresh = setTimeout(() => this.#warn(), Math.max(0, times.lifetimeMs - times.warningMs))
  }

  /** Whether it takes events. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  get inFlight(): number {
    return this.#waiting.size
  }

  /** Resolves when the client has acknowledged the event, has not in time, or is gone. */
  deliver({ body, attempts, reason }: EventToSend): Promise<Acknowledgement> {
    const envelopeId = randomUUID()
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle('timeout'), this.#times.acknowledgeMs)
      const settle = (outcome: Acknowledgement) => {
        clearTimeout(timer)
        this.#waiting.delete(envelopeId)
        this.lapses = outcome === 'acknowledged' ? 0 : this.lapses + 1
        resolve(outcome)
      }
      this.#waiting.set(envelopeId, settle)
      this.#line.send(eventMessage({ envelopeId, body, attempts, reason }))
    })
  }

  /** False where the message acknowledges nothing that waits. */
  receive(text: string): boolean {
    const settle = this.#waiting.get(parseAcknowledgement(text) ?? '')
    settle?.('acknowledged')
    return settle !== undefined
  }

  /** Asks the client to go and closes behind it. */
  end(reason: DisconnectReason, code: number): void {
    this.#shut()
    clearTimeout(this.#refresh)
    this.#line.send(disconnectMessage(reason, this.#host))
    this.#line.close(code, reason)
  }

  closed(): void {
    this.#shut()
    clearTimeout(this.#refresh)
    for (const settle of [...this.#waiting.values()]) settle('closed')
  }

  #shut(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#onShut()
  }

  /** A client that hears the warning in time has its next connection open before this one ends. */
  #warn(): void {
    this.#line.send(disconnectMessage('warning', this.#host))
    this.#refresh = setTimeout(() => this.#askToRefresh(), Math.min(this.#times.warningMs, this.#times.lifetimeMs))
  }

  /** What is in flight may still be acknowledged; nothing new is sent. */
  #askToRefresh(): void {
    this.#shut()
    this.#line.send(disconnectMessage('refresh_requested', this.#host))
    this.#refresh = setTimeout(() => this.#line.close(CLOSE.normal, 'refresh_requested'), this.#times.acknowledgeMs)
  }
}
