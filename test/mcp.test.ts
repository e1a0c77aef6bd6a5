import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { METHODS } from '../src/methods/index.ts'
import { collect } from './support/process.ts'
import { type Cleanup, startTestServer } from './support/server.ts'
import { ids, NOW } from './support/world.ts'

/** The official client against the real server, over both of its ways. */

const ROOT = join(import.meta.dirname, '..')
const MAIN = join(ROOT, 'src/main.ts')
const TOOLS = ['status_clear', 'status_set', 'team_profile_get', 'users_info', 'users_profile_get', 'users_profile_set']

type Connect = (t: Cleanup, server: { url: string; api: string }, token: string) => Promise<Client>

const WAYS: Readonly<Record<string, Connect>> = {
  '/mcp': (t, { url }, token) =>
    connect(t, new StreamableHTTPClientTransport(new URL(`${url}/mcp`), headersOf(token)) as Transport),
  'nametag mcp': (t, { api }, token) =>
    connect(t, new StdioClientTransport({ ...program(['--api-url', api]), env: { NAMETAG_TOKEN: token } })),
}

function program(argv: readonly string[]) {
  return { command: process.execPath, args: ['--disable-warning=ExperimentalWarning', MAIN, 'mcp', ...argv] }
}

function headersOf(token: string) {
  return { requestInit: { headers: { authorization: `Bearer ${token}` } } }
}

async function connect(t: Cleanup, transport: Transport): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  t.after(() => client.close())
  await client.connect(transport)
  return client
}

/** What a tool brought, with its text. */
async function use(client: Client, name: string, args: Record<string, unknown> = {}) {
  const result = await client.callTool({ name, arguments: args })
  const [first] = result.content as { type: string; text: string }[]
  const data = (result.structuredContent ?? {}) as Record<string, unknown>
  return { isError: result.isError === true, text: first?.text ?? '', data, profile: data.profile as typeof data }
}

for (const [way, open] of Object.entries(WAYS)) {
  describe(`agents over ${way}`, () => {
    test('find the tools, with schemas and honest annotations', async (t) => {
      const client = await open(t, await startTestServer(t), 'xoxp-mel')
      assert.equal(client.getServerVersion()?.name, 'nametag')
      assert.match(client.getInstructions() ?? '', /profile-fields/)
      const { tools } = await client.listTools()
      assert.deepEqual(tools.map(({ name }) => name).sort(), TOOLS)
      const byName = new Map(tools.map((tool) => [tool.name, tool]))
      const reading = tools.filter(({ annotations }) => annotations?.readOnlyHint).map(({ name }) => name)
      assert.deepEqual(reading.sort(), ['team_profile_get', 'users_info', 'users_profile_get'])
      const set = byName.get('users_profile_set')
      assert.equal(set?.annotations?.destructiveHint, true)
      assert.equal(set?.annotations?.idempotentHint, true)
      assert.equal(byName.get('status_set')?.annotations?.idempotentHint, false)
      assert.deepEqual(byName.get('users_info')?.inputSchema.required, ['user'])
      const profile = set?.inputSchema.properties?.profile as { type: string; properties: object }
      assert.equal(profile.type, 'object')
      assert.ok('pronouns' in profile.properties)
    })

    test('set a profile and read it back, and it is the one that the Web API has', async (t) => {
      const server = await startTestServer(t)
      const client = await open(t, server, 'xoxp-mel')
      const fields = { Xf0TEXT001: { value: 'Roaster' } }
      const set = await use(client, 'users_profile_set', { profile: { title: 'Head barista', fields } })
      assert.equal(set.isError, false, set.text)
      assert.deepEqual(JSON.parse(set.text), set.data)
      const read = await use(client, 'users_profile_get')
      assert.equal(read.profile.title, 'Head barista')
      assert.equal((read.profile.fields as Record<string, { value: string }>).Xf0TEXT001?.value, 'Roaster')
      const response = await fetch(`${server.api}users.profile.get`, headersOf('xoxp-mel').requestInit)
      assert.equal(((await response.json()) as { profile: { title: string } }).profile.title, 'Head barista')
      assert.deepEqual(await server.events(), [`user_change ${ids.mel}`, `user_profile_changed ${ids.mel}`])
    })

    test('set a status until a time, and clear it', async (t) => {
      const client = await open(t, await startTestServer(t), 'xoxp-mel')
      const until = await use(client, 'status_set', {
        text: 'Away',
        emoji: ':coffee:',
        until: '2990-01-01T01:00:00+01:00',
      })
      assert.equal(until.isError, false, until.text)
      assert.deepEqual(until.data, {
        status_text: 'Away',
        status_emoji: ':coffee:',
        status_expiration: Date.UTC(2990, 0, 1) / 1000,
        expires_at: '2990-01-01T00:00:00.000Z',
      })
      assert.equal((await use(client, 'users_profile_get')).profile.status_text, 'Away')
      const cleared = { status_text: '', status_emoji: '', status_expiration: 0, expires_at: '' }
      assert.deepEqual((await use(client, 'status_clear')).data, cleared)
      assert.deepEqual((await use(client, 'status_clear')).data, cleared)
    })

    test('hear what to correct, and nothing is changed', async (t) => {
      const server = await startTestServer(t)
      const client = await open(t, server, 'xoxp-mel')
      const wrong: readonly [string, Record<string, unknown>, RegExp][] = [
        [
          'users_profile_set',
          { profile: { status_text: 'x'.repeat(101) } },
          /^too_long: .*\n.*100.*\nlimit: 100\nfield: status_text\n/,
        ],
        ['users_profile_set', { profle: {} }, /there is no argument "profle"; did you mean "profile"\?/],
        ['users_profile_set', { user: ids.ada, profile: { title: 'x' } }, /^not_admin: [\s\S]*Leave `user` out/],
        ['users_profile_get', { user: 'mel' }, /^user_not_found: [\s\S]*names are no ids/],
        ['users_info', {}, /^invalid_arguments: user: this argument is required/],
        ['status_set', {}, /status_clear/],
        ['status_set', { text: 'a', emoji: 'coffee' }, /between colons/],
        ['status_set', { text: 'a', for: 5, until: '2990-01-01T00:00:00Z' }, /not both/],
        ['status_set', { text: 'a', for: 0.5 }, /whole minutes/],
        ['status_set', { text: 'a', until: '2990-01-01T00:00:00' }, /with its zone/],
        ['status_set', { text: 'a', until: '2001-01-01T00:00:00Z' }, /has passed/],
      ]
      for (const [name, args, sentence] of wrong) {
        const { isError, text } = await use(client, name, args)
        assert.equal(isError, true, `${name} ${text}`)
        assert.match(text, sentence)
      }
      assert.deepEqual(await server.events(), [])
      await assert.rejects(use(client, 'users_profile_delete'), { code: -32_602 })
    })

    test('hear how long to wait', async (t) => {
      const client = await open(t, await startTestServer(t, { rateLimits: true }), 'xoxp-mel')
      for (let call = 0; call < 10; call++) {
        assert.equal((await use(client, 'users_profile_set', { profile: { title: `${call}` } })).isError, false)
      }
      const { isError, text } = await use(client, 'status_set', { text: 'a' })
      assert.equal(isError, true)
      assert.match(text, /^ratelimited: [\s\S]*Wait \d+ seconds, then make the same call again\.$/)
    })

    test('have the rights of their own token and no other', async (t) => {
      const server = await startTestServer(t)
      const [ada, mel] = await Promise.all([open(t, server, 'xoxp-ada'), open(t, server, 'xoxp-mel')])
      const title = { user: ids.bob, profile: { title: 'Builder in chief' } }
      const [byAda, byMel] = await Promise.all([
        use(ada, 'users_profile_set', title),
        use(mel, 'users_profile_set', title),
      ])
      assert.equal(byAda.isError, false, byAda.text)
      assert.match(byMel.text, /^not_admin/)
      assert.equal((await use(ada, 'users_info', { user: ids.mel })).isError, false)
    })

    test('read the fields of the team and the reference of every method', async (t) => {
      const client = await open(t, await startTestServer(t), 'xoxp-mel')
      const { resources } = await client.listResources()
      assert.deepEqual(
        resources.map(({ uri }) => uri).sort(),
        ['nametag://team/profile-fields', ...METHODS.map(({ name }) => `nametag://reference/${name}`)].sort(),
      )
      const read = async (uri: string) => {
        const [content] = (await client.readResource({ uri })).contents
        return content !== undefined && 'text' in content ? content.text : ''
      }
      const { fields } = JSON.parse(await read('nametag://team/profile-fields')) as { fields: { id: string }[] }
      assert.ok(fields.some(({ id }) => id === 'Xf0TEXT001'))
      for (const { name, errors } of METHODS) {
        const text = await read(`nametag://reference/${name}`)
        assert.ok(text.startsWith(`# ${name}\n`))
        for (const code of errors) assert.ok(text.includes(`- ${code}: `), `${name} ${code}`)
      }
      await assert.rejects(read('nametag://reference/users.list'), { code: -32_002 })
    })
  })
}

describe('/mcp', () => {
  test('counts minutes by the clock of the server', async (t) => {
    const server = await startTestServer(t)
    const client = await WAYS['/mcp']?.(t, server, 'xoxp-mel')
    assert.ok(client)
    server.clock.advance(3_600_000)
    const { data } = await use(client, 'status_set', { text: 'Lunch', for: 30 })
    assert.equal(data.status_expiration, (NOW + 5_400_000) / 1000)
  })
})

test("the protocol's library is not loaded before an agent calls", () => {
  const hook = `
    import { registerHooks } from 'node:module'
    registerHooks({ resolve(name, context, next) {
      if (/^(@modelcontextprotocol|zod|hono)/.test(name)) throw new Error('loaded ' + name)
      return next(name, context)
    } })
    await import(${JSON.stringify(join(ROOT, 'src/server.ts'))})
    await import(${JSON.stringify(join(ROOT, 'src/cli/dev.ts'))})
    // The hook has to be able to find it.
    const found = await import(${JSON.stringify(join(ROOT, 'src/mcp/over-http.ts'))}).catch(({ message }) => message)
    if (!/^loaded /.test(found)) throw new Error('never loaded')`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', hook], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
})

/** It looks for its own description from the folder where it is started. */
const INSPECTOR = join(ROOT, 'node_modules/@modelcontextprotocol/inspector-cli/build')

test("the inspector's command line lists the tools, sets a profile and a status, and reads them", async (t) => {
  const { url } = await startTestServer(t)
  const inspect = async (...argv: string[]) => {
    const address = [`${url}/mcp`, '--transport', 'http', '--header', 'Authorization: Bearer xoxp-mel']
    const child = spawn(process.execPath, ['cli.js', '--cli', ...address, ...argv], { cwd: INSPECTOR })
    t.after(() => child.kill('SIGKILL'))
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    const code = await new Promise<number | null>((settle) => child.once('close', settle))
    assert.equal(code, 0, stderr())
    return JSON.parse(stdout()) as Record<string, unknown>
  }
  const call = async (tool: string, args: Readonly<Record<string, string>> = {}) => {
    const given = Object.entries(args).flatMap(([name, value]) => ['--tool-arg', `${name}=${value}`])
    return (await inspect('--method', 'tools/call', '--tool-name', tool, ...given)).structuredContent
  }
  const { tools } = (await inspect('--method', 'tools/list')) as { tools: { name: string }[] }
  assert.deepEqual(tools.map(({ name }) => name).sort(), TOOLS)
  const status = { status_text: 'Inspected', status_expiration: NOW / 1000 + 900 }
  assert.partialDeepStrictEqual(await call('status_set', { text: 'Inspected', for: '15' }), status)
  const profile = { title: 'Inspector', fields: { Xf0TEXT001: { value: 'Looks at all', alt: '' } } }
  assert.partialDeepStrictEqual(await call('users_profile_set', { profile: JSON.stringify(profile) }), { profile })
  assert.partialDeepStrictEqual(await call('users_profile_get'), { profile: { ...status, ...profile } })
})
