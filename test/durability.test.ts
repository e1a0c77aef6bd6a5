import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { need } from './support/need.ts'
import { type RunningProgram, startProgram, until, within } from './support/process.ts'
import { sendRaw } from './support/raw.ts'
import { type Received, received, send } from './support/send.ts'
import { temporaryFolder } from './support/server.ts'
import { isAnswer, isRequest, isWalFlush, readTrace, type TracedCall, traceInto } from './support/trace.ts'

/** An answer means that the change is on the disk, and stopping loses none. The kernel is the witness: a tracer writes
 * down what the server asks of it. */

const FORM = 'application/x-www-form-urlencoded'
const STOP_MS_MAX = 10_000

function setTitle(api: string, token: string, title: string, agent?: Agent): Promise<Received> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': FORM }
  return send(`${api}users.profile.set`, { headers, body: `name=title&value=${title}`, ...(agent ? { agent } : {}) })
}

async function titleOf(api: string, token: string): Promise<string> {
  const { json } = await send(`${api}users.profile.get`, { headers: { authorization: `Bearer ${token}` } })
  return json.profile.title
}

function bytesOf(token: string, title: string): string {
  const body = `name=title&value=${title}`
  const lines = [
    'POST /api/users.profile.set HTTP/1.1',
    'host: x',
    `authorization: Bearer ${token}`,
    `content-type: ${FORM}`,
  ]
  return `${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

interface Begun {
  /** Resolves when the kernel has the body. */
  send(): Promise<void>
  answer(): Promise<Received>
  cut(): void
}

/** A call whose head has arrived, which the server has confirmed, and whose body has not. */
async function begin(api: string, token: string, title: string): Promise<Begun> {
  const body = `name=title&value=${title}`
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': FORM,
    'content-length': body.length,
    expect: '100-continue',
  }
  const call = request(`${api}users.profile.set`, { method: 'POST', headers, agent: false })
  const responding = once(call, 'response') as Promise<[IncomingMessage]>
  responding.catch(() => undefined)
  call.on('error', () => undefined)
  call.flushHeaders()
  await once(call, 'continue')
  return {
    async send() {
      call.end(body)
      await once(call, 'finish')
    },
    async answer() {
      const [response] = await responding
      return received(response.statusCode ?? 0, response.headers, Buffer.concat(await response.toArray()))
    },
    cut: () => call.destroy(),
  }
}

/** The calls that `work` makes of the kernel; nothing where there is no tracer to ask. */
async function trace(
  t: TestContext,
  work: (server: RunningProgram) => Promise<void>,
): Promise<TracedCall[] | undefined> {
  if (need(t, 'strace', 'strace') === undefined) return undefined
  const folder = temporaryFolder(t)
  const file = join(folder, 'trace')
  const argv = ['--data', join(folder, 'data'), '--rate-limits', 'off']
  const server = await startProgram(t, argv, { under: traceInto(file) })
  await work(server)
  process.kill(server.pid, 'SIGTERM')
  assert.equal((await within(STOP_MS_MAX, server.exited, server.stderr)).code, 0)
  return readTrace(file)
}

function indexOf(calls: readonly TracedCall[], what: string, found: (call: TracedCall) => boolean): number {
  const index = calls.findIndex(found)
  assert.ok(index >= 0, `The trace has no ${what}.`)
  return index
}

test('between a request and its answer, its change is flushed to the disk', async (t) => {
  const markers = Array.from({ length: 20 }, (_, index) => `marker${index}end`)
  const calls = await trace(t, async ({ api }) => {
    for (const marker of markers) assert.equal((await setTitle(api, 'xoxp-ada', marker)).json.ok, true)
  })
  if (!calls) return
  for (const marker of markers) {
    const read = indexOf(calls, `request of ${marker}`, (call) => isRequest(call, marker))
    const answered = indexOf(calls, `answer to ${marker}`, (call) => isAnswer(call, marker))
    const between = calls.slice(read, answered)
    const written = between.findLastIndex(({ name, path }) => name === 'pwrite64' && path.endsWith('nametag.db-wal'))
    const flushed = between.findLastIndex(isWalFlush)
    assert.ok(written >= 0, `${marker} was answered before it was written`)
    assert.ok(flushed > written, `${marker} was answered before it was flushed`)
  }
})

test('calls that arrive together share one flush', async (t) => {
  const markers = ['together0end', 'together1end', 'together2end']
  const calls = await trace(t, async ({ port }) => {
    // In one packet, they are there at the same moment whatever else the machine does.
    const bytes = ['xoxp-ada', 'xoxp-mel', 'xoxp-gus'].map((token, index) => bytesOf(token, markers[index] ?? ''))
    const { answers } = await sendRaw(port, bytes.join(''), { answers: 3 })
    for (const { json } of answers) assert.equal(json.ok, true)
  })
  if (!calls) return
  const reads = markers.map((marker) => indexOf(calls, 'request', (call) => isRequest(call, marker)))
  const answers = markers.map((marker) => indexOf(calls, 'answer', (call) => isAnswer(call, marker)))
  const before = calls.slice(Math.min(...reads), Math.min(...answers))
  assert.equal(before.filter(isWalFlush).length, 1)
  const whole = calls.slice(Math.min(...reads), Math.max(...answers))
  assert.equal(whole.filter(isWalFlush).length, 1)
})

test('64 connections share flushes, and each answer waits for its own', async (t) => {
  const markers = Array.from({ length: 64 }, (_, index) => `many${index}end`)
  const tokens = ['xoxp-ada', 'xoxp-mel', 'xoxp-gus', 'xoxp-pia']
  const calls = await trace(t, async ({ api, pid }) => {
    const begun = await Promise.all(markers.map((marker, index) => begin(api, tokens[index % 4] ?? '', marker)))
    // While the server stands still, all bodies arrive: how fast they are sent has no say in what they share.
    process.kill(pid, 'SIGSTOP')
    await Promise.all(begun.map((call) => call.send()))
    process.kill(pid, 'SIGCONT')
    for (const { json } of await Promise.all(begun.map((call) => call.answer()))) assert.equal(json.ok, true)
  })
  if (!calls) return
  const first = indexOf(calls, 'request', ({ text }) => text.includes('value=many'))
  const flushes = calls.slice(first).filter(isWalFlush).length
  t.diagnostic(`${markers.length} calls, ${flushes} flushes`)
  assert.ok(flushes < markers.length / 4, `${flushes} flushes for ${markers.length} calls`)
  for (const marker of markers) {
    const before = calls.slice(
      0,
      indexOf(calls, `answer to ${marker}`, (call) => isAnswer(call, marker)),
    )
    const written = indexOf(before, `write of ${marker}`, ({ name, path, text }) => {
      return name === 'pwrite64' && path.endsWith('nametag.db-wal') && text.includes(marker)
    })
    assert.ok(before.slice(written).some(isWalFlush), `${marker} was answered before it was flushed`)
  }
})

test('SIGTERM lets a call that has begun finish, keeps it, and ends with 0', async (t) => {
  const data = join(temporaryFolder(t), 'data')
  const server = await startProgram(t, ['--data', data])
  assert.equal((await setTitle(server.api, 'xoxp-ada', 'before')).json.ok, true)

  const begun = await begin(server.api, 'xoxp-mel', 'during')
  process.kill(server.pid, 'SIGTERM')
  await until(async () => (await isRefused(server.port)) || undefined)
  await begun.send()
  const answer = await begun.answer()
  assert.equal(answer.json.ok, true, answer.text)
  assert.equal(answer.headers.connection, 'close')
  assert.deepEqual(await within(STOP_MS_MAX, server.exited, server.stderr), { code: 0, signal: null })

  const again = await startProgram(t, ['--data', data])
  const titles = await Promise.all(['xoxp-ada', 'xoxp-mel'].map((token) => titleOf(again.api, token)))
  assert.deepEqual(titles, ['before', 'during'])
})

test('SIGTERM under load answers what it took, in Slack’s form, and keeps it', async (t) => {
  const data = join(temporaryFolder(t), 'data')
  const server = await startProgram(t, ['--data', data, '--rate-limits', 'off'])
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  let acknowledged = 0
  const failures: unknown[] = []
  const work = async (token: string) => {
    for (let turn = 0; ; turn++) {
      const answer = await setTitle(server.api, token, `${token}${turn}`, agent).catch((error: unknown) => error)
      if (!isReceived(answer)) return failures.push(answer)
      if (answer.json.ok !== true) {
        assert.equal(answer.status, 503)
        assert.equal(answer.json.error, 'service_unavailable')
        assert.match(String(answer.headers['retry-after']), /^\d+$/)
        return undefined
      }
      acknowledged += 1
    }
  }
  const workers = Array.from({ length: 32 }, (_, index) => work(['xoxp-ada', 'xoxp-mel'][index % 2] ?? ''))
  await until(() => (acknowledged > 100 ? true : undefined))
  assert.deepEqual(await within(STOP_MS_MAX, server.stop('SIGTERM'), server.stderr), { code: 0, signal: null })
  await Promise.all(workers)
  agent.destroy()
  // What was not taken was refused as a connection; no call was cut off in the middle of its answer.
  for (const error of failures) assert.match((error as { code: string }).code, /^(ECONNREFUSED|ECONNRESET|EPIPE)$/)
  assert.equal(server.stderr(), '')
})

test('SIGTERM ends with 0 in time although a client never finishes its call', async (t) => {
  const server = await startProgram(t, ['--memory'])
  const begun = await begin(server.api, 'xoxp-ada', 'never')
  t.after(() => begun.cut())
  process.kill(server.pid, 'SIGTERM')
  assert.deepEqual(await within(STOP_MS_MAX, server.exited, server.stderr), { code: 0, signal: null })
})

function isReceived(answer: unknown): answer is Received {
  return typeof answer === 'object' && answer !== null && 'json' in answer
}

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => resolve(true))
    socket.on('connect', () => {
      socket.destroy()
      resolve(false)
    })
  })
}
