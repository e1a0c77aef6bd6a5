import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { readExposition, valueIn } from '../../test/support/exposition.ts'
import { FAMILIES } from './families.ts'
import { createMetrics } from './metrics.ts'
import { renderMetrics } from './page.ts'
import type { State } from './state.ts'

const STATE: State = {
  version: '1.2.3',
  engine: 'sqlite',
  isReady: true,
  changes: 7,
  queued: 2,
  queuedMax: 4096,
  sockets: { socketMode: 3, rtm: 4 },
  limiterKeys: 5,
  feeds: { count: 6, lagEntries: 8 },
  stored: { lagSeconds: 1.5, undelivered: [{ reader: 'events', state: 'given_up', count: 9 }] },
}

describe('the page of metrics', () => {
  test('is in the format that Prometheus reads, and has each metric once', async () => {
    const { text, contentType } = await renderMetrics(createMetrics(['users.info']), STATE)
    assert.equal(contentType, 'text/plain; version=0.0.4; charset=utf-8')
    const own = [...readExposition(text)].filter(([name]) => name.startsWith('nametag_'))
    assert.deepEqual(
      own.map(([name, { type, help }]) => [name, type, help]),
      FAMILIES.map(({ name, type, help }) => [name, type, help]),
    )
  })

  test('names counters, and them alone, as totals, and times as seconds', () => {
    for (const { name, type } of FAMILIES) {
      assert.equal(name.endsWith('_total'), type === 'counter', name)
      assert.doesNotMatch(name, /_(?:ms|milliseconds|minutes|count|sum|bucket)$/)
    }
  })

  test('has on each series the labels that its metric declares, and no others', async () => {
    const page = await readPage(createMetrics(['users.info']), STATE)
    for (const { name, labels } of FAMILIES) {
      const samples = page.get(name)?.samples ?? []
      assert.ok(samples.length > 0, name)
      for (const { labels: found } of samples) {
        const { le: _, ...others } = found
        assert.deepEqual(Object.keys(others).sort(), [...labels].sort(), name)
      }
    }
  })

  test('tells what was counted and what was looked at', async () => {
    const metrics = createMetrics(['users.info'])
    metrics.calls.add('users.info', 'ratelimited', 20)
    metrics.batchChanges.add(3)
    metrics.attempts.add('webhook', 'http_timeout')
    metrics.attemptSeconds.webhook.add(3)
    metrics.mails.add('mail', 'sent')
    const page = await readPage(metrics, STATE)
    assert.equal(valueIn(page, 'nametag_calls_total', { method: 'users.info', code: 'ratelimited' }), 1)
    assert.equal(valueIn(page, 'nametag_call_seconds_sum', { method: 'users.info' }), 0.02)
    assert.equal(valueIn(page, 'nametag_batch_changes_bucket', { le: '2' }), 0)
    assert.equal(valueIn(page, 'nametag_batch_changes_bucket', { le: '4' }), 1)
    assert.equal(valueIn(page, 'nametag_delivery_attempts_total', { transport: 'webhook', outcome: 'http_timeout' }), 1)
    assert.equal(valueIn(page, 'nametag_delivery_attempt_seconds_count', { transport: 'webhook' }), 1)
    assert.equal(valueIn(page, 'nametag_mails_total', { outcome: 'sent' }), 1)
    assert.equal(valueIn(page, 'nametag_build_info', { version: '1.2.3', engine: 'sqlite' }), 1)
    assert.equal(valueIn(page, 'nametag_undelivered', { reader: 'events', state: 'given_up' }), 9)
    assert.equal(valueIn(page, 'nametag_sockets', { kind: 'rtm' }), 4)
    assert.equal(valueIn(page, 'nametag_log_lag_seconds'), 1.5)
  })

  test('leaves out what only a database knows that does not answer', async () => {
    const page = await readPage(createMetrics([]), { ...STATE, stored: undefined, isReady: false })
    assert.deepEqual(page.get('nametag_undelivered')?.samples, [])
    assert.deepEqual(page.get('nametag_log_lag_seconds')?.samples, [])
    assert.equal(valueIn(page, 'nametag_ready'), 0)
  })

  test('tells of the process itself', async () => {
    const page = await readPage(createMetrics([]), STATE)
    for (const name of [
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_seconds',
      'nodejs_heap_size_used_bytes',
    ]) {
      assert.ok(page.get(name), name)
    }
  })
})

test('the library is loaded with the first page, not with the server', () => {
  const server = JSON.stringify(new URL('../server.ts', import.meta.url).href)
  const program = `await import(${server}); const { createRequire } = await import('node:module')
    console.log(Object.keys(createRequire(${server}).cache).filter((path) => /prom-client/.test(path)).length)`
  assert.equal(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }), '0\n')
})

async function readPage(metrics: ReturnType<typeof createMetrics>, state: State) {
  return readExposition((await renderMetrics(metrics, state)).text)
}
