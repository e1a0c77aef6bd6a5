import type { Clock } from './clock.ts'
import type { MailOptions } from './delivery/mail.ts'
import type { Relay } from './delivery/relay.ts'
import type { DeliveryObserver } from './delivery/subscriber.ts'
import type { SocketServer } from './http/sockets.ts'
import { outcomeOf } from './metrics/call-counts.ts'
import { createMetrics, type Metrics } from './metrics/metrics.ts'
import { type MetricsPage, renderMetrics } from './metrics/page.ts'
import type { State, StoredSeen } from './metrics/state.ts'
import { createReadiness, type Readiness } from './readiness.ts'
import type { Limiter } from './storage/limiter.ts'
import type { Store } from './storage/store.ts'
import { VERSION } from './version.ts'
import type { AnsweredCall } from './web-api/dispatch.ts'

export interface ObservationOptions {
  readonly store: Store
  readonly limiter: Limiter
  readonly clock: Clock
  readonly methods: Iterable<string>
  readonly log: { readonly debug?: (fields: object, message: string) => void }
}

/** What the parts of a server report to. */
export interface Observation {
  readonly readiness: Readiness
  readonly onAnswered: (call: AnsweredCall) => void
  readonly onTurnedAway: (code: string) => void
  readonly deliveries: DeliveryObserver
  readonly onMail: NonNullable<MailOptions['onAttempt']>
  readonly onCleared: (lateMs: number) => void
  readonly onTrimmed: (entries: number) => void
  /** Counts no more batches. */
  stop(): void
  readMetrics(parts: ObservedParts): Promise<MetricsPage>
}

/** What is looked at when somebody asks. */
export interface ObservedParts {
  readonly relay: Pick<Relay, 'lag' | 'findLagSince'>
  readonly sockets: Pick<SocketServer, 'counts'>
}

export function createObservation(options: ObservationOptions): Observation {
  const { store, methods, log } = options
  const metrics = createMetrics(methods)
  const { calls, attempts, attemptSeconds, deliveries, mails, expirySeconds } = metrics
  const readiness = createReadiness({ ping: () => store.ping() })
  const stop = store.onBatch(({ changes, durationMs }) => {
    metrics.batchChanges.add(changes)
    metrics.commitSeconds.add(durationMs / 1000)
  })
  return {
    readiness,
    onAnswered: hearCalls(metrics, log.debug),
    onTurnedAway: (code) => calls.addTurnedAway(code),
    deliveries: {
      attempted(transport, outcome, durationMs) {
        attempts.add(transport, outcome)
        attemptSeconds[transport].add(durationMs / 1000)
      },
      ended: (transport, outcome) => deliveries.add(transport, outcome),
    },
    onMail: (outcome) => mails.add('mail', outcome),
    onCleared: (lateMs) => expirySeconds.add(Math.max(0, lateMs) / 1000),
    onTrimmed: (entries) => {
      metrics.trimmedEntries += entries
    },
    stop,
    readMetrics: async (parts) => renderMetrics(metrics, await readState({ ...options, ...parts, readiness })),
  }
}

/** Where nobody reads so much of the log, a call costs it nothing. */
function hearCalls({ calls }: Metrics, debug: ObservationOptions['log']['debug']): (call: AnsweredCall) => void {
  if (debug === undefined) return ({ method, code, durationMs }) => calls.add(method?.name, code, durationMs)
  return ({ requestId, method, code, durationMs, grant }) => {
    calls.add(method?.name, code, durationMs)
    const about = { requestId, method: method?.name, code: outcomeOf(code), ms: Math.round(durationMs * 100) / 100 }
    debug({ ...about, team: grant?.teamId, token: grant?.tokenId }, 'A call was answered.')
  }
}

type Looked = ObservationOptions & ObservedParts & { readonly readiness: Readiness }

async function readState({ store, limiter, clock, relay, sockets, readiness }: Looked): Promise<State> {
  const missing = await readiness.find()
  const { engine, changes, queued, queuedMax } = store.stats()
  const { feeds, entries } = relay.lag()
  return {
    ...{ version: VERSION, engine, isReady: missing.length === 0, changes, queued, queuedMax },
    sockets: sockets.counts(),
    limiterKeys: limiter.size,
    feeds: { count: feeds, lagEntries: entries },
    stored: missing.includes('database') ? undefined : await readStored({ store, clock, relay }).catch(() => undefined),
  }
}

async function readStored({ store, clock, relay }: Pick<Looked, 'store' | 'clock' | 'relay'>): Promise<StoredSeen> {
  const [since, counts] = await Promise.all([relay.findLagSince(), store.countUndelivered()])
  const lagSeconds = since === undefined ? 0 : Math.max(0, clock.now() - since) / 1000
  const undelivered = (['events', 'mail'] as const).flatMap((reader) =>
    (['waiting', 'given_up'] as const).map((state) => {
      const found = counts.find(
        ({ isMail, isGivenUp }) => isMail === (reader === 'mail') && isGivenUp === (state === 'given_up'),
      )
      return { reader, state, count: found?.count ?? 0 }
    }),
  )
  return { lagSeconds, undelivered }
}
