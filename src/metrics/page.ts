import type { Registry } from 'prom-client'
import { FAMILIES } from './families.ts'
import type { Metrics } from './metrics.ts'
import type { State } from './state.ts'

export interface MetricsPage {
  readonly contentType: string
  readonly text: string
}

/** What Prometheus reads. The library is loaded with the first page: a server that nobody watches never needs it. */
export async function renderMetrics(metrics: Metrics, state: State): Promise<MetricsPage> {
  const { AggregatorRegistry, Registry, ofProcess } = await loadLibrary()
  const own = FAMILIES.map(({ name, type, help, read }) => ({
    ...{ name, type, help, aggregator: 'first' },
    values: read(metrics, state),
  }))
  // The library's way to print what was counted elsewhere, made for the workers of a cluster.
  const page = Registry.merge([AggregatorRegistry.aggregate<typeof Registry.PROMETHEUS_CONTENT_TYPE>([own]), ofProcess])
  return { contentType: page.contentType, text: await page.metrics() }
}

/** Metrics of the process are kept once, whatever number of servers runs in it. */
let loaded: ReturnType<typeof load> | undefined

function loadLibrary(): ReturnType<typeof load> {
  loaded ??= load()
  return loaded
}

async function load() {
  const { AggregatorRegistry, collectDefaultMetrics, Registry } = await import('prom-client')
  const ofProcess: Registry = new Registry()
  collectDefaultMetrics({ register: ofProcess })
  return { AggregatorRegistry, Registry, ofProcess }
}
