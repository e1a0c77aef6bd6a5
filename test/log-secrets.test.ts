import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { leaveOut } from './support/need.ts'
import { type RunningProgram, runProgram, startProgram, until } from './support/process.ts'
import { sendRaw } from './support/raw.ts'
import { type Received, send } from './support/send.ts'
import { temporaryFolder } from './support/server.ts'
import { makeSmallDisk, NO_SMALL_DISK } from './support/small-disk.ts'
import { startMailServer } from './support/smtp.ts'
import { startSubscriber } from './support/subscriber.ts'

/** The whole program, with a secret in every place where one can stand. Each has this word in it, which nothing else has. */
const HUSH = /hush/i

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' }
const BEARER = { authorization: 'Bearer xoxp-hush-ada' }

interface Line {
  readonly level: number
  readonly msg: string
  readonly requestId?: string
  readonly method?: string
  readonly code?: string
  readonly team?: string
  readonly token?: string
  readonly err?: { readonly type: string; readonly message: string }
}

test('no secret that is sent or configured comes into the log, at any level', async (t) => {
  const mail = await startMailServer(t, {
    onRcptTo: (_address, _session, done) => done(new Error('no mailbox hush here')),
  })
  const hook = await startSubscriber(t, (response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:1/hush-elsewhere?key=hush' }).end(),
  )
  const server = await startServe(t, {
    data: join(temporaryFolder(t), 'data'),
    requestUrl: `${new URL(hook.url).origin}/hush/path?token=hush`,
    smtp: mail.url.replace('//', '//hush-user:hush-password@').concat('?from=hush@example.com'),
  })

  const told = await sendEverything(server)
  await until(() => (logOf(server).some(({ msg }) => msg.startsWith('A mail could not')) ? true : undefined))
  await until(() => (logOf(server).some(({ msg }) => msg === 'An event was not taken.') ? true : undefined))
  assert.ok(hook.arrived.length > 0)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })

  assertSilent(server)
  const lines = logOf(server)
  for (const { headers, json } of told) {
    const line = lines.find(({ requestId }) => requestId === headers['x-slack-req-id'])
    assert.ok(line, `there is a line of the call that was answered ${JSON.stringify(json)}`)
  }
})

test('at debug each call has one line, which names its method, outcome, time, team and token', async (t) => {
  const server = await startServe(t, { data: join(temporaryFolder(t), 'data') })
  const asked = await send(`${server.api}users.profile.get`, { headers: { ...BEARER, ...FORM_TYPE }, body: '' })
  const refused = await send(`${server.api}users.profile.get?user=U0NOBODY01`, { headers: BEARER })
  const unknown = await send(`${server.api}hush.method`)
  const chosen = await send(`${server.api}api.test?error=hush`)
  await server.stop()

  const seen = [asked, refused, unknown, chosen].map(({ headers }) => {
    const lines = logOf(server).filter(({ requestId }) => requestId === headers['x-slack-req-id'])
    assert.equal(lines.length, 1)
    const { level, method, code, team, token } = lines[0] as Line
    return { level, method, code, team, token: token === undefined ? undefined : typeof token }
  })
  const about = { level: 20, team: 'T0HASH0001', token: 'string' }
  assert.deepEqual(seen, [
    { ...about, method: 'users.profile.get', code: 'ok' },
    { ...about, method: 'users.profile.get', code: 'user_not_found' },
    { level: 20, method: undefined, code: 'unknown_method', team: undefined, token: undefined },
    { level: 20, method: 'api.test', code: 'other', team: undefined, token: undefined },
  ])
  assertSilent(server)
})

test('at info calls have no line; the start and the stop have', async (t) => {
  const server = await startServe(t, { data: join(temporaryFolder(t), 'data'), level: 'info' })
  await send(`${server.api}users.profile.get`, { headers: BEARER })
  await server.stop()
  const lines = logOf(server).filter(({ level }) => level === 30)
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['Nametag serves.', 'Nametag is stopping.', 'Nametag has stopped.'],
  )
  assert.partialDeepStrictEqual(lines[0], { mode: 'serve', engine: 'sqlite', host: '127.0.0.1', port: server.port })
  assert.match(String((lines[0] as unknown as { version: string }).version), /^\d+\.\d+\.\d+/)
})

test('a call that fails is told with its request id, and without what it was to write', async (t) => {
  const disk = makeSmallDisk(t)
  if (disk === undefined) return leaveOut(t, NO_SMALL_DISK)
  const server = await startServe(t, { data: disk.folder })
  disk.fill()
  const failed = await until(async () => {
    const title = `hush ${randomBytes(100).toString('hex')}`
    const answer = await set(server, { title })
    return answer.json.ok === true ? undefined : answer
  })
  disk.free()
  await server.stop()
  const line = logOf(server).find(
    ({ level, requestId }) => level === 50 && requestId === failed.headers['x-slack-req-id'],
  )
  assert.equal(line?.method, 'users.profile.set')
  assert.match(line?.err?.message ?? '', /full|disk/)
  assertSilent(server)
})

test('a database that cannot be reached is told without its password', async (t) => {
  const url = 'postgres://hush-user:hush-password@127.0.0.1:1/hush-database?application_name=hush'
  const key = join(temporaryFolder(t), 'token.key')
  const env = { NAMETAG_LOG_LEVEL: 'trace', NAMETAG_DATABASE_URL: url }
  const program = runProgram(t, ['serve', '--port', '0', '--token-key', key], { env })
  assert.deepEqual(await program.exited, { code: 1, signal: null })
  assert.notEqual(program.stderr(), '')
  assert.doesNotMatch(program.stderr() + program.stdout(), /hush-(?:password|user)|application_name/)
})

interface Served {
  readonly data: string
  readonly requestUrl?: string
  readonly smtp?: string
  readonly level?: string
}

function startServe(t: TestContext, { data, requestUrl, smtp, level = 'trace' }: Served): Promise<RunningProgram> {
  const file = join(temporaryFolder(t), 'workspace.json')
  writeFileSync(file, JSON.stringify(workspaceWith(requestUrl)))
  return startProgram(t, ['--data', data, '--workspace', file, '--allow-private-webhooks'], {
    command: 'serve',
    env: { NAMETAG_LOG_LEVEL: level, ...(smtp === undefined ? {} : { NAMETAG_SMTP_URL: smtp }) },
  })
}

function workspaceWith(requestUrl: string | undefined): object {
  const app = {
    ...{ id: 'A0HASH0001', name: 'Listener', request_url: requestUrl, events: ['user_change'] },
    ...{ signing_secret: 'hush-signing', verification_token: 'hush-verification' },
  }
  const scopes = ['users.profile:read', 'users.profile:write', 'users:read']
  return {
    team: { id: 'T0HASH0001', name: 'Quiet Co', domain: 'quiet', plan: 'paid' },
    users: [{ id: 'U0ADA00001', name: 'ada', role: 'primary_owner', profile: { email: 'hush.before@example.com' } }],
    ...(requestUrl === undefined ? {} : { apps: [app] }),
    tokens: [
      {
        token: 'xoxp-hush-ada',
        user: 'U0ADA00001',
        scopes,
        ...(requestUrl === undefined ? {} : { app: 'A0HASH0001' }),
      },
      { token: 'xoxp-hush-revoked', user: 'U0ADA00001', scopes, revoked: true },
    ],
  }
}

function set({ api }: RunningProgram, profile: object): Promise<Received> {
  return send(`${api}users.profile.set`, { headers: { ...BEARER, ...JSON_TYPE }, body: JSON.stringify({ profile }) })
}

/** Secrets in all places of a call, of requests that are none, and of everything else that is served. Gives the answers of
 * those that came as far as the pipeline. */
async function sendEverything(server: RunningProgram): Promise<readonly Received[]> {
  const { api, url, port } = server
  const ocp = {
    ...{ 'ocp-session': 'xoxp-hush-earlier', 'ocp-user': 'hush', 'ocp-agent-goal': 'hush', 'ocp-context-id': 'hush' },
    ...{ cookie: 'd=xoxd-hush', 'x-slack-user': 'UHUSH', 'user-agent': 'hush/1', referer: 'http://hush/' },
  }
  const multipart = '--b\r\ncontent-disposition: form-data; name="token"\r\n\r\nxoxp-hush-part'
  const calls: Promise<Received>[] = [
    set(server, { title: 'hush title', email: 'hush.after@example.com' }),
    set(server, { status_text: 'hush', status_emoji: ':coffee:' }),
    set(server, { display_name: 'hush'.repeat(100) }),
    send(`${api}auth.test`, { headers: { authorization: 'Bearer xoxp-hush-unknown', ...ocp } }),
    send(`${api}auth.test`, { headers: { authorization: 'Basic hush' } }),
    send(`${api}auth.test`, { headers: { token: 'xoxp-hush-revoked' } }),
    send(`${api}auth.test`, { headers: FORM_TYPE, body: 'token=xoxp-hush-form' }),
    send(`${api}auth.test?token=xoxp-hush-query`, { method: 'GET' }),
    send(`${api}auth.test`, { headers: { ...BEARER, ...JSON_TYPE }, body: '{"token":"xoxp-hush-json"}' }),
    send(`${api}auth.test`, { headers: { ...BEARER, ...JSON_TYPE }, body: '{"hush": xoxp-hush-broken' }),
    send(`${api}auth.test`, { headers: { ...BEARER, 'content-type': 'text/hush' }, body: 'hush' }),
    send(`${api}auth.test`, {
      headers: { ...BEARER, 'content-type': 'multipart/form-data; boundary=b' },
      body: multipart,
    }),
    send(`${api}xoxp-hush-method?hush=hush`),
    send(`${api}api.test?error=xoxp-hush-error&hush=hush`),
    send(`${api}users.profile.get?user=UHUSH&hush%5B%5D=hush`, { headers: BEARER }),
  ]
  const others = [
    ...['/hush?token=xoxp-hush', '/%E0%A4%hush', '/sign-in?code=hush', '/avatars/hush.png', '/confirm-email?code=hush'],
    ...['/_nametag/hush', '/metrics?hush=hush', '/readyz?hush', '/link/?ticket=hush', '/websocket/hush'],
  ].map((path) => send(url + path, { method: 'GET', headers: { ...BEARER, ...ocp } }))
  const agent = send(`${url}/mcp`, {
    headers: { ...BEARER, ...JSON_TYPE, accept: 'application/json, text/event-stream' },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hush","arguments":{"hush":"hush"}}}',
  })
  await Promise.all([...others, agent])
  await Promise.all(
    [
      'GET /api/hush?token=xoxp-hush HTTP/9.9\r\nauthorization: Bearer xoxp-hush\r\n\r\n',
      `GET /api/auth.test HTTP/1.1\r\nhost: x\r\nauthorization: Bearer xoxp-hush-${'x'.repeat(100_000)}\r\n\r\n`,
      'POST /api/auth.test HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\ntoken=xoxp-hush-cut',
      'GET /link/?ticket=hush HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    ].map((bytes) => sendRaw(port, bytes, { end: true })),
  )
  const answers = await Promise.all(calls)
  return answers.filter(({ headers }) => headers['x-slack-req-id'] !== undefined)
}

function logOf(server: RunningProgram): readonly Line[] {
  const lines = server.stderr().split('\n')
  // The last one may not have arrived whole.
  return lines.slice(0, -1).flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
}

function assertSilent(server: RunningProgram): void {
  const said = (server.stderr() + server.stdout()).split('\n').filter((line) => HUSH.test(line))
  assert.deepEqual(said, [])
}
