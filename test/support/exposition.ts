import assert from 'node:assert/strict'

/** One metric of a page in Prometheus' text format, version 0.0.4. */
export interface MetricSeen {
  readonly help: string
  readonly type: string
  readonly samples: readonly SampleSeen[]
}

export interface SampleSeen {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
/** Prometheus reads numbers as Go does, whatever the case of NaN. */
const VALUE = '[+-]?(?:\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|Inf)|Na[nN]'
const HELP = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\\\n]|\\\\[\\\\n])+)$`)
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`)
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (${VALUE})$`)

/** Reads a page line by line, and fails where it breaks the format. */
export function readExposition(page: string): ReadonlyMap<string, MetricSeen> {
  assert.ok(page.endsWith('\n'), 'the last line ends')
  const metrics = new Map<string, { help: string; type: string; samples: SampleSeen[] }>()
  const seen = new Set<string>()
  let current = ''
  for (const line of page.split('\n')) {
    if (line === '') continue
    const [, helped, help = ''] = HELP.exec(line) ?? []
    const [, typed, type = ''] = TYPE.exec(line) ?? []
    if (helped !== undefined) {
      assert.ok(!metrics.has(helped), `${helped} comes once`)
      metrics.set(helped, { help, type: '', samples: [] })
      current = helped
    } else if (typed !== undefined) {
      assert.equal(typed, current, 'the type follows the help')
      metrics.set(typed, { help: metrics.get(typed)?.help ?? '', type, samples: [] })
    } else {
      const sample = readSample(line)
      assert.ok(isPartOf(sample.name, current, metrics.get(current)?.type), `${line} stands below ${current}`)
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
      assert.ok(!seen.has(key), `${key} comes once`)
      seen.add(key)
      metrics.get(current)?.samples.push(sample)
    }
  }
  for (const [name, metric] of metrics) checkMetric(name, metric)
  return metrics
}

/** The value of the one series that has these labels, whatever other ones. */
export function valueIn(
  metrics: ReadonlyMap<string, MetricSeen>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const family = metrics.get(name) ?? metrics.get(name.replace(/_(?:bucket|sum|count)$/, ''))
  const found = family?.samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )
  assert.equal(found?.length, 1, `${name}${JSON.stringify(labels)} is there once`)
  return found?.[0]?.value ?? Number.NaN
}

function readSample(line: string): SampleSeen {
  const [whole, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
  assert.ok(whole !== undefined, `this is no line of the format: ${line}`)
  const pairs = [...labels.matchAll(/([^=,]+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [
    label,
    text.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped)),
  ])
  return { name, labels: Object.fromEntries(pairs), value: Number(value.replace('Inf', 'Infinity')) }
}

function isPartOf(sample: string, family: string, type: string | undefined): boolean {
  if (type !== 'histogram') return sample === family
  return ['_bucket', '_sum', '_count'].some((part) => sample === family + part)
}

function checkMetric(name: string, { help, type, samples }: MetricSeen): void {
  assert.notEqual(help, '', `${name} says what it is`)
  assert.notEqual(type, '', `${name} has a type`)
  if (type === 'counter') assert.match(name, /_total$/)
  if (type === 'histogram') checkHistogram(name, samples)
}

function checkHistogram(name: string, samples: readonly SampleSeen[]): void {
  const rows = Map.groupBy(samples, ({ labels: { le: _, ...others } }) => JSON.stringify(Object.entries(others).sort()))
  for (const [row, parts] of rows) {
    const buckets = parts.filter((part) => part.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels: { le = '' } }) => Number(le.replace('Inf', 'Infinity')))
    const counts = buckets.map(({ value }) => value)
    assert.deepEqual(
      bounds,
      [...bounds].sort((a, b) => a - b),
      `${name}${row}: bounds rise`,
    )
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
      `${name}${row}: counts rise`,
    )
    assert.equal(bounds.at(-1), Number.POSITIVE_INFINITY)
    assert.equal(counts.at(-1), parts.find((part) => part.name === `${name}_count`)?.value)
    assert.ok(parts.some((part) => part.name === `${name}_sum`))
  }
}
