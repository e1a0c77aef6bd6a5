import type { HistogramSeen } from './histogram.ts'
import type { Metrics } from './metrics.ts'
import type { State } from './state.ts'

/** One metric with all its series, named after Prometheus' conventions. The table of docs/operating.md holds them all. */
export interface Family {
  readonly name: `nametag_${string}`
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly labels: readonly string[]
  readonly help: string
  read(metrics: Metrics, state: State): readonly Sample[]
}

export interface Sample {
  /** Of a histogram alone: its parts have names of their own. */
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export const FAMILIES: readonly Family[] = [
  {
    name: 'nametag_build_info',
    type: 'gauge',
    labels: ['version', 'engine'],
    help: 'Always 1; its labels say what runs here.',
    read: (_, { version, engine }) => [{ labels: { version, engine }, value: 1 }],
  },
  gauge('nametag_ready', 'Whether /readyz answers 200.', ({ isReady }) => Number(isReady)),
  {
    name: 'nametag_calls_total',
    type: 'counter',
    labels: ['method', 'code'],
    help: 'Calls of the Web API by outcome: ok, or the code of the refusal, of which ratelimited is one.',
    read: ({ calls }) =>
      calls
        .read()
        .flatMap(({ method, outcomes }) => [...outcomes].map(([code, value]) => ({ labels: { method, code }, value }))),
  },
  {
    name: 'nametag_call_seconds',
    type: 'histogram',
    labels: ['method'],
    help: 'Time from a call that has arrived whole to its answer.',
    read: ({ calls }) =>
      calls.read().flatMap(({ method, seconds }) => samplesOf('nametag_call_seconds', seconds, { method })),
  },
  gauge('nametag_limiter_keys', 'Keys under which rate limits remember calls.', ({ limiterKeys }) => limiterKeys),
  {
    name: 'nametag_changes_total',
    type: 'counter',
    labels: [],
    help: 'Writes of people that were committed here.',
    read: (_, { changes }) => [{ labels: {}, value: changes }],
  },
  histogram('nametag_batch_changes', 'Writes that shared one commit.', ({ batchChanges }) => batchChanges.read()),
  histogram(
    'nametag_commit_seconds',
    'Time of a transaction from its begin until it is durable.',
    ({ commitSeconds }) => commitSeconds.read(),
  ),
  gauge('nametag_write_queue_length', 'Writes that wait for a batch.', ({ queued }) => queued),
  gauge('nametag_write_queue_max', 'Writes that may wait; the next is refused.', ({ queuedMax }) => queuedMax),
  {
    name: 'nametag_delivery_attempts_total',
    type: 'counter',
    labels: ['transport', 'outcome'],
    help: "Attempts to tell an app of an event: ok, or Slack's word for the failure.",
    read: ({ attempts }) =>
      attempts.read().map(({ kind, outcome, count }) => ({ labels: { transport: kind, outcome }, value: count })),
  },
  {
    name: 'nametag_delivery_attempt_seconds',
    type: 'histogram',
    labels: ['transport'],
    help: 'Time of an attempt.',
    read: ({ attemptSeconds }) =>
      Object.entries(attemptSeconds).flatMap(([transport, seconds]) =>
        samplesOf('nametag_delivery_attempt_seconds', seconds.read(), { transport }),
      ),
  },
  {
    name: 'nametag_deliveries_total',
    type: 'counter',
    labels: ['transport', 'outcome'],
    help: 'Events by what became of them: delivered, given_up, or left_out as over the limit of an hour.',
    read: ({ deliveries }) =>
      deliveries.read().map(({ kind, outcome, count }) => ({ labels: { transport: kind, outcome }, value: count })),
  },
  {
    name: 'nametag_undelivered',
    type: 'gauge',
    labels: ['reader', 'state'],
    help: 'Events and mails that are kept in the store because they did not arrive: waiting for a retry, or given_up.',
    read: (_, { stored }) =>
      (stored?.undelivered ?? []).map(({ reader, state, count }) => ({ labels: { reader, state }, value: count })),
  },
  gauge('nametag_log_feeds', 'Apps that this node reads the log for.', ({ feeds }) => feeds.count),
  gauge(
    'nametag_log_lag_entries',
    'Entries of the log that the feed furthest behind has still to deal with.',
    ({ feeds }) => feeds.lagEntries,
  ),
  {
    name: 'nametag_log_lag_seconds',
    type: 'gauge',
    labels: [],
    help: 'Age of the oldest entry that a feed here has still to deal with; 0 where there is none.',
    read: (_, { stored }) => (stored === undefined ? [] : [{ labels: {}, value: stored.lagSeconds }]),
  },
  {
    name: 'nametag_log_trimmed_total',
    type: 'counter',
    labels: [],
    help: 'Entries that were removed from logs here, as they were older than --log-retention.',
    read: ({ trimmedEntries }) => [{ labels: {}, value: trimmedEntries }],
  },
  {
    name: 'nametag_mails_total',
    type: 'counter',
    labels: ['outcome'],
    help: 'Attempts to send a mail: sent, put_off until its next attempt, or given_up.',
    read: ({ mails }) => mails.read().map(({ outcome, count }) => ({ labels: { outcome }, value: count })),
  },
  histogram(
    'nametag_expiry_late_seconds',
    'How long after their time statuses were cleared here.',
    ({ expirySeconds }) => expirySeconds.read(),
  ),
  {
    name: 'nametag_sockets',
    type: 'gauge',
    labels: ['kind'],
    help: 'WebSockets that are open.',
    read: (_, { sockets }) => [
      { labels: { kind: 'socket_mode' }, value: sockets.socketMode },
      { labels: { kind: 'rtm' }, value: sockets.rtm },
    ],
  },
]

function gauge(name: Family['name'], help: string, read: (state: State) => number): Family {
  return { name, type: 'gauge', labels: [], help, read: (_, state) => [{ labels: {}, value: read(state) }] }
}

function histogram(name: Family['name'], help: string, read: (metrics: Metrics) => HistogramSeen): Family {
  return { name, type: 'histogram', labels: [], help, read: (metrics) => samplesOf(name, read(metrics), {}) }
}

function samplesOf(
  name: string,
  { bounds, counts, sum }: HistogramSeen,
  labels: Readonly<Record<string, string>>,
): readonly Sample[] {
  const total = counts.at(-1) ?? 0
  const buckets = counts.map((value, index) => ({
    metricName: `${name}_bucket`,
    labels: { le: String(bounds[index] ?? '+Inf'), ...labels },
    value,
  }))
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ]
}
