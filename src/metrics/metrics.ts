import { CallCounts } from './call-counts.ts'
import { Counts, OTHER } from './counts.ts'
import { Histogram } from './histogram.ts'

/** Of what the deliveries to apps and the mails can come to. */
const WEBHOOK_OUTCOMES = [
  'ok',
  'http_timeout',
  'too_many_redirects',
  'connection_failed',
  'ssl_error',
  'http_error',
  'unknown_error',
]
const SOCKET_MODE_OUTCOMES = ['ok', 'timeout']
const DELIVERY_OUTCOMES = ['delivered', 'given_up', 'left_out']
const MAIL_OUTCOMES = ['sent', 'put_off', 'given_up']

/** Changes of one batch. */
const BATCH_CHANGES = [1, 2, 4, 8, 16, 32, 64, 128, 256]
/** Seconds. */
const COMMIT_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const ATTEMPT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3]
/** A status is to be cleared within a second (docs/decisions/0027). */
const LATE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600]

export type TransportName = 'webhook' | 'socket_mode'

/** Everything that is counted while the server runs. No label holds an id, a token or an address: their number has no
 * bound, and whoever may read the metrics is not thereby to know people (docs/decisions/0055). */
export interface Metrics {
  readonly calls: CallCounts
  readonly batchChanges: Histogram
  readonly commitSeconds: Histogram
  readonly attempts: Counts<TransportName>
  readonly attemptSeconds: Readonly<Record<TransportName, Histogram>>
  readonly deliveries: Counts<TransportName>
  readonly mails: Counts<'mail'>
  /** How late statuses were cleared. */
  readonly expirySeconds: Histogram
  /** Entries that were removed from logs. */
  trimmedEntries: number
}

export function createMetrics(methods: Iterable<string>): Metrics {
  return {
    calls: new CallCounts(methods),
    batchChanges: new Histogram(BATCH_CHANGES),
    commitSeconds: new Histogram(COMMIT_SECONDS),
    attempts: new Counts({ webhook: [...WEBHOOK_OUTCOMES, OTHER], socket_mode: [...SOCKET_MODE_OUTCOMES, OTHER] }),
    attemptSeconds: { webhook: new Histogram(ATTEMPT_SECONDS), socket_mode: new Histogram(ATTEMPT_SECONDS) },
    deliveries: new Counts({ webhook: DELIVERY_OUTCOMES, socket_mode: DELIVERY_OUTCOMES }),
    mails: new Counts({ mail: MAIL_OUTCOMES }),
    expirySeconds: new Histogram(LATE_SECONDS),
    trimmedEntries: 0,
  }
}
