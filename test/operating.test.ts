import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { FAMILIES } from '../src/metrics/families.ts'
import { VERSION } from '../src/version.ts'
import { type MetricSeen, readExposition, valueIn } from './support/exposition.ts'
import { leaveOut } from './support/need.ts'
import { type RunningProgram, startProgram, until } from './support/process.ts'
import { sendRaw } from './support/raw.ts'
import { type Received, send } from './support/send.ts'
import { temporaryFolder } from './support/server.ts'
import { makeSmallDisk, NO_SMALL_DISK } from './support/small-disk.ts'
import { startMailServer } from './support/smtp.ts'
import { connectSocket } from './support/socket-client.ts'
import { answeringStatus, SECRET, startSubscriber, taking } from './support/subscriber.ts'

/** What an operator sees of the real program. */

const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' }
const PAGE = readFileSync(new URL('../docs/operating.md', import.meta.url), 'utf8')

describe('/metrics', () => {
  test('is in the format of Prometheus and holds what the documentation lists, in dev and in serve', async (t) => {
    const documented = [...PAGE.matchAll(/^\| `(nametag_\w+)` \| (\w+) \| ([^|]*) \| (.+) \|$/gm)].map(
      ([, name, type, labels = '', help]) => ({ name, type, labels: labels.match(/\w+/g) ?? [], help }),
    )
    assert.deepEqual(
      documented,
      FAMILIES.map(({ name, type, labels, help }) => ({ name, type, labels: [...labels], help })),
    )
    for (const server of [await startProgram(t, ['--memory']), await startServe(t)]) {
      const { status, headers, text } = await get(server, '/metrics')
      assert.equal(status, 200)
      assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
      const own = [...readExposition(text)].filter(([name]) => name.startsWith('nametag_'))
      assert.deepEqual(
        own.map(([name, { type, help }]) => ({ name, type, help })),
        documented.map(({ name, type, help }) => ({ name, type, help })),
      )
      assert.match(text, new RegExp(`^nametag_build_info\\{version="${VERSION}",engine="sqlite"\\} 1$`, 'm'))
      assert.match(text, /^process_resident_memory_bytes /m)
    }
  })

  test('counts calls, what was refused before it became one, and the commits behind them', async (t) => {
    const server = await startServe(t)
    for (const title of ['Roaster', 'Barista', 'Barista']) await set(server, { title })
    await set(server, { display_name: 'x'.repeat(100) })
    await send(`${server.api}auth.test`)
    await send(`${server.api}no.such.method`)
    await send(`${server.api}api.test?error=of_my_own`)
    await send(`${server.api}auth.test`, { headers: FORM_TYPE, body: 'x'.repeat(1024 * 1024 + 1) })
    await sendRaw(server.port, 'this is no HTTP\r\n\r\n')

    const page = await scrape(server)
    const callsOf = (method: string, code: string) => valueIn(page, 'nametag_calls_total', { method, code })
    assert.equal(callsOf('users.profile.set', 'ok'), 3)
    assert.equal(callsOf('users.profile.set', 'too_long'), 1)
    assert.equal(callsOf('users.info', 'ok'), 0)
    assert.equal(callsOf('auth.test', 'not_authed'), 1)
    assert.equal(callsOf('api.test', 'other'), 1)
    assert.equal(callsOf('other', 'unknown_method'), 1)
    assert.equal(callsOf('other', 'invalid_arguments'), 2)
    assert.equal(valueIn(page, 'nametag_call_seconds_count', { method: 'users.profile.set' }), 4)
    assert.equal(valueIn(page, 'nametag_changes_total'), 2)
    assert.equal(valueIn(page, 'nametag_batch_changes_sum'), 2)
    assert.equal(valueIn(page, 'nametag_commit_seconds_count'), 2)
    assert.equal(valueIn(page, 'nametag_write_queue_max'), 4096)
    assert.equal(valueIn(page, 'nametag_ready'), 1)
    assert.ok(valueIn(page, 'nametag_limiter_keys') > 0)
  })

  test('counts what goes on beside the calls', async (t) => {
    const hook = await startSubscriber(t)
    const mail = await startMailServer(t)
    const server = await startDev(t, hook.url, mail.url)
    const { json } = await call(server, 'apps.connections.open', 'xapp-listener')
    const socket = connectSocket(t, json.url)
    await socket.next()

    await set(server, { title: 'Roaster', email: 'new@example.com' })
    await until(async () => valueIn(await scrape(server), 'nametag_mails_total', { outcome: 'sent' }) >= 2 || undefined)
    await until(async () => deliveredBy(await scrape(server), 'webhook') >= 1 || undefined)
    const calm = await scrape(server)
    assert.equal(valueIn(calm, 'nametag_sockets', { kind: 'socket_mode' }), 1)
    assert.equal(valueIn(calm, 'nametag_sockets', { kind: 'rtm' }), 0)
    assert.equal(valueIn(calm, 'nametag_log_feeds'), 3)
    assert.equal(valueIn(calm, 'nametag_delivery_attempts_total', { transport: 'webhook', outcome: 'ok' }), 1)

    // The webhook refuses for good, and the app without a connection is not told at all.
    hook.answering = answeringStatus(500, { 'x-slack-no-retry': '1' })
    const expiration = Math.floor(Date.now() / 1000) + 3600
    await set(server, { status_text: 'At lunch', status_emoji: ':coffee:', status_expiration: expiration })
    await control(server, 'clock', { advance: '2h' })
    await until(async () => deliveredBy(await scrape(server), 'webhook', 'given_up') >= 2 || undefined)
    const busy = await scrape(server)
    assert.equal(valueIn(busy, 'nametag_expiry_late_seconds_count'), 1)
    assert.equal(valueIn(busy, 'nametag_delivery_attempts_total', { transport: 'webhook', outcome: 'http_error' }), 2)
    assert.equal(valueIn(busy, 'nametag_delivery_attempt_seconds_count', { transport: 'webhook' }), 3)
    await until(async () => undeliveredOf(await scrape(server)) === 2 || undefined)
    assert.ok(valueIn(busy, 'nametag_log_lag_entries') >= 3)
    assert.ok(valueIn(busy, 'nametag_log_lag_seconds') >= 7200, 'two hours have passed by the clock')
  })

  test('names nobody: no token, id, name or address that was used', async (t) => {
    const hook = await startSubscriber(t, taking)
    const mail = await startMailServer(t)
    const server = await startDev(t, `${hook.url}/secret-path`, mail.url)
    await set(server, { title: 'Roaster', email: 'new@example.com' })
    await until(() => (hook.arrived.length > 0 && mail.received.length > 1) || undefined)
    const { text } = await get(server, '/metrics')
    assert.doesNotMatch(text, /xox|xapp|T0QUIET|U0ADA|A0|example\.com|secret|127\.0\.0\.1|Roaster/)
  })
})

describe('/readyz', () => {
  test('answers 503 from the signal to stop on, while calls are still taken, for as long as was asked', async (t) => {
    const server = await startServe(t, ['--drain-delay', '5'])
    assert.deepEqual(await readiness(server), { status: 200, json: { ok: true } })
    process.kill(server.pid, 'SIGTERM')
    await until(async () => (await readiness(server)).status === 503 || undefined)
    assert.deepEqual(await readiness(server), { status: 503, json: { ok: false, not_ready: ['draining'] } })
    assert.equal((await set(server, { title: 'Late' })).json.ok, true)
    assert.equal((await get(server, '/healthz')).status, 200)
    assert.equal(valueIn(await scrape(server), 'nametag_ready'), 0)
    assert.deepEqual(await server.exited, { code: 0, signal: null })
  })

  test('answers 503 while a full disk takes no writes, and 200 when there is room again', async (t) => {
    const disk = makeSmallDisk(t)
    if (disk === undefined) return leaveOut(t, NO_SMALL_DISK)
    const server = await startServe(t, [], disk.folder)
    disk.fill()
    // Nothing is known of the disk before something is written.
    let written = 0
    await until(async () => {
      written += 1
      return (await set(server, { title: `${written} ${'x'.repeat(200)}` })).json.ok === false || undefined
    })
    await until(async () => (await readiness(server)).status === 503 || undefined)
    assert.deepEqual((await readiness(server)).json, { ok: false, not_ready: ['database'] })
    assert.equal((await get(server, '/healthz')).status, 200)
    const page = await scrape(server)
    assert.equal(valueIn(page, 'nametag_ready'), 0)
    assert.deepEqual(page.get('nametag_undelivered')?.samples, [])
    disk.free()
    await until(async () => (await readiness(server)).status === 200 || undefined)
    assert.equal((await set(server, { title: 'Room' })).json.ok, true)
  })
})

async function startServe(t: TestContext, argv: readonly string[] = [], data = join(temporaryFolder(t), 'data')) {
  const file = workspaceFile(t, {})
  return startProgram(t, ['--data', data, '--workspace', file, ...argv], { command: 'serve' })
}

/** With an app that takes events by webhook, and two that take them in Socket Mode. */
function startDev(t: TestContext, requestUrl: string, smtpUrl: string): Promise<RunningProgram> {
  const apps = [
    {
      ...{
        id: 'A0HOOK0001',
        name: 'Hook',
        request_url: requestUrl,
        events: ['user_profile_changed', 'user_status_changed'],
      },
      ...{ signing_secret: SECRET, verification_token: 'v' },
    },
    { id: 'A0SOCKET01', name: 'Socket', socket_mode: true, events: ['tokens_revoked'] },
    { id: 'A0ABSENT01', name: 'Absent', socket_mode: true, events: ['user_status_changed'] },
  ]
  const tokens = [
    { token: 'xoxp-hook', user: 'U0ADA00001', app: 'A0HOOK0001', scopes: ['users:read'] },
    { token: 'xoxp-absent', user: 'U0ADA00001', app: 'A0ABSENT01', scopes: ['users:read'] },
    { token: 'xapp-listener', user: 'U0ADA00001', app: 'A0SOCKET01', scopes: ['connections:write'] },
  ]
  const file = workspaceFile(t, { apps, tokens })
  return startProgram(t, ['--memory', '--workspace', file, '--smtp-url', smtpUrl])
}

function workspaceFile(t: TestContext, { apps, tokens = [] }: { apps?: unknown[]; tokens?: unknown[] }): string {
  const file = join(temporaryFolder(t), 'workspace.json')
  const ada = { id: 'U0ADA00001', name: 'ada', role: 'primary_owner', profile: { email: 'ada@example.com' } }
  const scopes = ['users.profile:read', 'users.profile:write', 'users:read']
  const content = {
    team: { id: 'T0QUIET001', name: 'Quiet Co', domain: 'quiet', plan: 'paid' },
    users: [ada],
    ...(apps === undefined ? {} : { apps }),
    tokens: [{ token: 'xoxp-ada', user: 'U0ADA00001', scopes }, ...tokens],
  }
  writeFileSync(file, JSON.stringify(content))
  return file
}

function get({ url }: RunningProgram, path: string): Promise<Received> {
  return send(url + path, { method: 'GET' })
}

async function scrape(server: RunningProgram): Promise<ReadonlyMap<string, MetricSeen>> {
  return readExposition((await get(server, '/metrics')).text)
}

async function readiness(server: RunningProgram) {
  const { status, json } = await get(server, '/readyz')
  return { status, json }
}

function call({ api }: RunningProgram, method: string, token: string, args: object = {}): Promise<Received> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' }
  return send(api + method, { headers, body: JSON.stringify(args) })
}

const set = (server: RunningProgram, profile: object) => call(server, 'users.profile.set', 'xoxp-ada', { profile })

async function control({ url }: RunningProgram, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status, text } = await send(`${url}/_nametag/${path}`, { headers, body: JSON.stringify(body) })
  assert.equal(status, 200, text)
}

type Page = ReadonlyMap<string, MetricSeen>

function deliveredBy(page: Page, transport: string, outcome = 'delivered'): number {
  return valueIn(page, 'nametag_deliveries_total', { transport, outcome })
}

function undeliveredOf(page: Page): number {
  return valueIn(page, 'nametag_undelivered', { reader: 'events', state: 'given_up' })
}
