import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { collect } from './support/process.ts'
import { type Cleanup, startTestServer } from './support/server.ts'

/** Whatever an agent sends, or is started with: an answer within bounds, and the next one is served. */

const MAIN = join(import.meta.dirname, '../src/main.ts')

describe('/mcp', () => {
  test('refuses to begin with a token that is wrong', async (t) => {
    const { url } = await startTestServer(t)
    const begin = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
    }
    const answer = await post(url, JSON.stringify(begin), { authorization: 'Bearer xoxp-nobody' })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer realm="nametag", error="invalid_token"')
    assert.match(answer.text, /invalid_auth/)
    assert.equal((await post(url, JSON.stringify(begin))).status, 200)
  })

  test('answers whatever is sent, in bounds, and goes on', async (t) => {
    const { url, problems } = await startTestServer(t)
    const call = (method: string, params?: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 7, method, params })
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const cases: readonly [string, string | undefined, Record<string, string>, number, RegExp][] = [
      ['no token', call('tools/list'), { authorization: '' }, 401, /No token was sent/],
      ['an empty bearer', call('tools/list'), { authorization: 'Bearer ' }, 401, /No token was sent/],
      ['a page of another site', call('tools/list'), { origin: 'http://evil.example' }, 403, /other sites/],
      ['a page without a name', call('tools/list'), { origin: 'null' }, 403, /other sites/],
      ['a page of this machine', call('tools/list'), { origin: 'http://localhost:6274' }, 200, /users_profile_set/],
      ['nothing', undefined, {}, 400, /-32700/],
      ['no JSON', '{"jsonrpc":', {}, 400, /-32700/],
      ['JSON that is too deep', deep, {}, 400, /-32700/],
      [
        'arguments that are too deep',
        call('tools/call', { name: 'users_info', arguments: { user: JSON.parse('['.repeat(70) + ']'.repeat(70)) } }),
        {},
        400,
        /-32700/,
      ],
      [
        'more than fits',
        call('tools/call', { name: 'users_info', arguments: { user: 'x'.repeat(1024 * 1024) } }),
        {},
        413,
        /1048576/,
      ],
      ['a batch', `[${call('tools/list')},${call('tools/list')}]`, {}, 400, /one message/],
      ['no JSON-RPC', '{"hello":1}', {}, 400, /-32700/],
      ['a number', '7', {}, 400, /-32700/],
      ['another version of JSON-RPC', '{"jsonrpc":"1.0","id":1,"method":"tools/list"}', {}, 400, /-32700/],
      ['an unknown method', call('tools/destroy'), {}, 200, /-32601/],
      ['arguments that are a list', call('tools/call', { name: 'users_info', arguments: [] }), {}, 200, /"error"/],
      ['a name that is a number', call('tools/call', { name: 7 }), {}, 200, /"error"/],
      ['a name out of the prototype', call('tools/call', { name: 'constructor' }), {}, 200, /-32602/],
      [
        'an argument out of the prototype',
        call('tools/call', { name: 'users_info', arguments: { constructor: 1 } }),
        {},
        200,
        /there is no argument/,
      ],
      [
        'a protocol version that does not exist',
        call('tools/list'),
        { 'mcp-protocol-version': '1999-01-01' },
        400,
        /1999-01-01/,
      ],
      ['another content type', call('tools/list'), { 'content-type': 'text/plain' }, 415, /-32000/],
      ['a client that takes no JSON', call('tools/list'), { accept: 'text/html' }, 406, /-32000/],
      ['a notification', '{"jsonrpc":"2.0","method":"notifications/initialized"}', {}, 202, /^$/],
      ['an answer that nobody asked for', '{"jsonrpc":"2.0","id":1,"result":{}}', {}, 202, /^$/],
      [
        'a cancellation',
        '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}',
        {},
        202,
        /^$/,
      ],
    ]
    for (const [name, body, headers, status, text] of cases) {
      const answer = await post(url, body, headers)
      assert.equal(answer.status, status, `${name}: ${answer.text.slice(0, 200)}`)
      assert.match(answer.text, text, name)
      assert.ok(!answer.text.includes('node_modules'), name)
    }
    for (const method of ['GET', 'DELETE']) {
      const { status, headers } = await fetch(`${url}/mcp`, { method })
      assert.deepEqual([status, headers.get('allow')], [405, 'POST'])
    }
    assert.deepEqual(problems, [])
    assert.match((await post(url, call('tools/list'))).text, /users_profile_set/)
  })

  test('answers in another version of the protocol than the one it knows best', async (t) => {
    const { url } = await startTestServer(t)
    for (const [asked, given] of [
      ['2025-03-26', '2025-03-26'],
      ['1999-01-01', '2025-11-25'],
    ]) {
      const begin = {
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: asked, capabilities: {}, clientInfo: { name: 'a', version: '1' } },
      }
      const { text } = await post(url, JSON.stringify(begin))
      assert.equal((JSON.parse(text) as { result: { protocolVersion: string } }).result.protocolVersion, given)
    }
  })
})

async function post(url: string, body: string | undefined, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer xoxp-mel',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

function program(argv: readonly string[]) {
  return { command: process.execPath, args: ['--disable-warning=ExperimentalWarning', MAIN, 'mcp', ...argv] }
}

describe('nametag mcp', () => {
  /** Says these lines, hangs up, and tells what came back. */
  async function say(t: Cleanup, lines: readonly string[], { argv = [] as string[], token = 'xoxp-mel' } = {}) {
    const { command, args } = program(argv)
    const child = spawn(command, args, { env: { HOME: '/nonexistent', ...(token ? { NAMETAG_TOKEN: token } : {}) } })
    t.after(() => child.kill('SIGKILL'))
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    child.stdin.on('error', () => undefined)
    child.stdin.end(lines.map((line) => `${line}\n`).join(''))
    const code = await new Promise<number | null>((settle) => child.once('close', settle))
    const answers = stdout()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    return { code, answers, stderr: stderr() }
  }
  const call = (id: number, name: string) =>
    JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } })

  test('answers what was asked before the agent hung up, passes over lines it cannot read, and ends with 0', async (t) => {
    const { api } = await startTestServer(t)
    const { code, answers, stderr } = await say(t, ['no JSON', '{"hello":1}', call(1, 'users_profile_get')], {
      argv: ['--api-url', api],
    })
    assert.equal(code, 0)
    assert.deepEqual(
      answers.map(({ id }) => id),
      [1],
    )
    assert.match(stderr, /^nametag mcp: .*\nnametag mcp: .*\n$/)
  })

  test('tells the agent when there is no server', async (t) => {
    const { code, answers } = await say(t, [call(1, 'users_profile_get')], {
      argv: ['--api-url', 'http://127.0.0.1:9/api/'],
    })
    assert.equal(code, 0)
    assert.match(
      JSON.stringify(answers),
      /no_answer.*Ask the person whether the server runs at http:\/\/127\.0\.0\.1:9\/api\//,
    )
  })

  test('ends when a line has no end', async (t) => {
    const { code, answers, stderr } = await say(t, ['x'.repeat(2 * 1024 * 1024)])
    assert.deepEqual([code, answers], [0, []])
    assert.match(stderr, /exceeded/)
  })

  test('says in one sentence that it has no token, or cannot take it from where the agent speaks', async (t) => {
    const none = await say(t, [], { token: '' })
    assert.deepEqual([none.code, none.stderr.split('\n').length], [1, 2])
    assert.match(none.stderr, /NAMETAG_TOKEN/)
    const stdin = await say(t, [], { argv: ['--token-file', '-'] })
    assert.equal(stdin.code, 2)
  })
})
