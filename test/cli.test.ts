import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDataFolder } from '../src/cli/data-folder.ts'
import { fillBeyondCopies } from './support/beyond-copies.ts'
import { finish, runProgram, startProgram, until, within } from './support/process.ts'
import { temporaryFolder } from './support/server.ts'

/** The real program, as a person or a script runs it. */

async function call(api: string, method: string, token: string, args: Record<string, string> = {}) {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${api}${method}`, { method: 'POST', headers, body: new URLSearchParams(args) })
  return (await response.json()) as { ok: boolean; error?: string; user?: string; profile?: Record<string, unknown> }
}

function workspaceFile(t: TestContext, file: unknown): string {
  const path = join(temporaryFolder(t), 'coffee.json')
  writeFileSync(path, JSON.stringify(file))
  return path
}

const ONE_PERSON = {
  users: [{ id: 'U0ZOE00001', name: 'zoe' }],
  tokens: [{ token: 'xoxp-zoe', user: 'U0ZOE00001', scopes: ['users.profile:read'] }],
}

test('dev prints one line of JSON, answers the demo tokens, and ends with 0', async (t) => {
  const server = await startProgram(t, ['--memory'])
  assert.equal(server.stdout(), `${JSON.stringify({ url: server.url, api: server.api, pid: server.pid })}\n`)
  assert.equal(server.api, `${server.url}/api/`)
  assert.equal((await call(server.api, 'auth.test', 'xoxp-ada')).user, 'ada')
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
  assert.equal(server.stderr(), '')
})

test('dev without --json shows a person where it is and whose tokens there are', async (t) => {
  const server = runProgram(t, ['dev', '--memory', '--port', '0'])
  await within(
    20_000,
    until(() => server.stdout().includes('Ctrl-C') || undefined),
    server.stderr,
  )
  assert.match(server.stdout(), /^Nametag is ready: http:\/\/127\.0\.0\.1:\d+$/m)
  assert.match(server.stdout(), /^ {2}ada +admin +Ada Lovelace +U0ADA00001 +xoxp-ada$/m)
  assert.match(server.stdout(), /^curl 'http:/m)
  assert.deepEqual(await server.stop('SIGINT'), { code: 0, signal: null })
})

test('what was set is there after a restart, and gone after --fresh', async (t) => {
  const data = join(temporaryFolder(t), 'data')
  const titleOf = async (api: string) => (await call(api, 'users.profile.get', 'xoxp-mel')).profile?.title

  const first = await startProgram(t, ['--data', data])
  assert.equal((await call(first.api, 'users.profile.set', 'xoxp-mel', { name: 'title', value: 'Roaster' })).ok, true)
  await first.stop()
  const second = await startProgram(t, ['--data', data])
  assert.equal(await titleOf(second.api), 'Roaster')
  assert.equal(second.stderr(), '')
  await second.stop()
  const third = await startProgram(t, ['--data', data, '--fresh'])
  assert.equal(await titleOf(third.api), 'Barista')
  await third.stop()
})

test('another workspace file on filled data gets a notice that names --fresh', async (t) => {
  const data = temporaryFolder(t)
  const file = workspaceFile(t, ONE_PERSON)
  await (await startProgram(t, ['--data', data])).stop()
  const second = await startProgram(t, ['--data', data, '--workspace', file])
  assert.match(second.stderr(), /^Notice: .*coffee\.json is not read\. Start with --fresh/)
  assert.equal((await call(second.api, 'auth.test', 'xoxp-zoe')).error, 'invalid_auth')
  await second.stop()
  const third = await startProgram(t, ['--data', data, '--workspace', file, '--fresh'])
  assert.equal((await call(third.api, 'auth.test', 'xoxp-zoe')).user, 'zoe')
  assert.equal(third.stderr(), '')
  await third.stop()
})

test('data that is too much to be reset gets a notice, and is served', async (t) => {
  const data = temporaryFolder(t)
  await (await startProgram(t, ['--data', data])).stop()
  const folder = await openDataFolder(data)
  await fillBeyondCopies(folder.store)
  await folder.close()
  const server = await startProgram(t, ['--data', data])
  assert.match(server.stderr(), /^Notice: \S+ holds more than 100,000 rows, .*too_much_data, and all else works.*\n$/)
  assert.equal((await call(server.api, 'auth.test', 'xoxp-ada')).user, 'ada')
  await server.stop()
})

test('a taken port and a taken folder are refused in one sentence', async (t) => {
  const data = temporaryFolder(t)
  const server = await startProgram(t, ['--data', data])
  const port = await finish(t, ['dev', '--memory', '--port', String(server.port)])
  assert.equal(port.code, 1)
  assert.match(port.stderr, /^nametag: Port \d+ on 127\.0\.0\.1 is taken\. .*--port 0.*\n$/)
  const folder = await finish(t, ['dev', '--data', data, '--port', '0'])
  assert.equal(folder.code, 1)
  assert.match(folder.stderr, /^nametag: The data directory .* is in use by process \d+\.\n$/)
  await server.stop()
})

test('a wrong workspace file stops the start and every problem is told', async (t) => {
  const file = workspaceFile(t, { users: [{ id: 'U0ZOE00001', roel: 'x', profile: { email: 'zoe' } }] })
  for (const argv of [
    ['dev', '--memory', '--port', '0', '--workspace', file],
    ['check-workspace', file],
  ]) {
    const { code, stdout, stderr } = await finish(t, argv)
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /has 2 problems:$/m)
    assert.match(stderr, /^users\[0\]\.roel: unknown key; did you mean "role"\?$/m)
    assert.match(stderr, /^users\[0\]\.profile\.email: must have an @ and a domain$/m)
  }
})

test('check-workspace says what is in a file that is right', async (t) => {
  const file = workspaceFile(t, ONE_PERSON)
  const { code, stdout } = await finish(t, ['check-workspace', file])
  assert.equal(code, 0)
  assert.equal(stdout, `${file} is right: Coffee Co (T0COFFEE1), 1 user, 0 profile fields, 0 apps, 1 token.\n`)
})

test('check-workspace names events that are never sent, and takes the file', async (t) => {
  const file = workspaceFile(t, { ...ONE_PERSON, apps: [{ id: 'A0STATUS01', events: ['user_chnage'] }] })
  const { code, stdout, stderr } = await finish(t, ['check-workspace', file])
  assert.deepEqual([code, /is right/.test(stdout)], [0, true])
  assert.equal(stderr, `${file}: apps[0].events: user_chnage is never sent here; did you mean "user_change"?\n`)
})

test('workspace files that are right alone are refused where they claim a team or a token twice', async (t) => {
  const first = workspaceFile(t, ONE_PERSON)
  const sameTeam = workspaceFile(t, ONE_PERSON)
  const sameToken = workspaceFile(t, { ...ONE_PERSON, team: { id: 'T0TEATEA1' } })
  const wrong = `Two workspace files describe the team T0COFFEE1: ${first} and ${sameTeam}.
${sameToken}: tokens[0].token belongs to the team of ${first}, too.
`
  const files = [first, sameTeam, sameToken]
  const checked = await finish(t, ['check-workspace', ...files])
  assert.deepEqual([checked.code, checked.stderr], [1, wrong])
  assert.match(checked.stdout, /^.* is right: Coffee Co .*\n$/)
  const started = await finish(t, ['dev', '--memory', '--port', '0', ...files.flatMap((file) => ['--workspace', file])])
  assert.deepEqual([started.code, started.stdout, started.stderr], [1, '', `nametag: ${wrong}`])
})

test('tokens are made and revoked on a running server, at once, and on a stopped one', async (t) => {
  const data = temporaryFolder(t)
  const create = ['token', 'create', '--data', data, '--user', 'U0ADA00001', '--scopes', 'users:read', '--json']
  const server = await startProgram(t, ['--data', data])
  const { token, grant } = JSON.parse((await finish(t, create)).stdout)
  assert.equal((await call(server.api, 'auth.test', token)).user, 'ada')
  const revoked = await finish(t, ['token', 'revoke', grant.tokenId, '--data', data])
  assert.equal(revoked.code, 0)
  assert.equal((await call(server.api, 'auth.test', token)).error, 'token_revoked')
  await server.stop()

  const made = JSON.parse((await finish(t, create)).stdout)
  const list = await finish(t, ['token', 'list', '--data', data])
  assert.match(list.stdout, new RegExp(`^${made.grant.tokenId} +user +T0COFFEE1 +U0ADA00001 +- +valid`, 'm'))
  assert.match(list.stdout, new RegExp(`^${grant.tokenId} .* revoked `, 'm'))
  assert.ok(!list.stdout.includes(made.token) && !list.stdout.includes('xoxp-'))
  const again = await startProgram(t, ['--data', data])
  assert.equal((await call(again.api, 'auth.test', made.token)).user, 'ada')
  await again.stop()
})

test('a token command on a folder without data fails and makes none', async (t) => {
  const data = join(temporaryFolder(t), 'nothing')
  const { code, stderr } = await finish(t, ['token', 'list', '--data', data])
  assert.equal(code, 1)
  assert.equal(stderr, `nametag: There is no data of a Nametag server in ${data}.\n`)
})

test('serve has no demo, and its first link signs the owner in once', async (t) => {
  const data = join(temporaryFolder(t), 'team')
  const linkOf = (text: string) => /^ {2}(http:\S+\/sign-in\?code=\S+)$/m.exec(text)?.[1]
  const first = await startProgram(t, ['--data', data], { command: 'serve' })
  assert.equal(first.stdout().split('\n').length, 2)
  assert.equal((await call(first.api, 'auth.test', 'xoxp-ada')).error, 'invalid_auth')
  const lost = linkOf(first.stderr())
  assert.ok(lost)
  await first.stop()

  const second = await startProgram(t, ['--data', data], { command: 'serve' })
  const link = linkOf(second.stderr())
  assert.ok(link)
  const tokensIn = async (url: string) => (await (await fetch(url, { method: 'POST' })).text()).match(/xoxp-\w+/)?.[0]
  assert.equal(await tokensIn(new URL(new URL(lost).search, link).href), undefined)
  assert.doesNotMatch(await (await fetch(link)).text(), /xoxp-/)
  const token = await tokensIn(link)
  assert.ok(token)
  assert.equal((await call(second.api, 'auth.test', token)).user, 'owner')
  assert.equal(await tokensIn(link), undefined)
  await second.stop()

  const third = await startProgram(t, ['--data', data], { command: 'serve' })
  assert.equal(linkOf(third.stderr()), undefined)
  assert.equal((await call(third.api, 'auth.test', token)).user, 'owner')
  for (const server of [first, second, third]) assert.ok(!server.stderr().includes('xoxp-'))
  await third.stop()
})

test('serve says where links in its mails lead, unless it was told', async (t) => {
  const data = join(temporaryFolder(t), 'team')
  const flags = ['--data', data, '--smtp-url', 'smtp://user:s3cret@mail.example.com']
  const asked = await startProgram(t, flags, { command: 'serve' })
  await asked.stop()
  assert.match(asked.stderr(), /^Notice: links in mails lead to http:\/\/127\.0\.0\.1:\d+\. Say with --public-url/m)
  assert.ok(!asked.stderr().includes('s3cret'))
  const told = await startProgram(t, [...flags, '--public-url', 'https://people.example.com'], { command: 'serve' })
  await told.stop()
  assert.doesNotMatch(told.stderr(), /links in mails/)
})

test('what was typed wrong ends with 2 and a hint', async (t) => {
  const { code, stdout, stderr } = await finish(t, ['dev', '--prot', '1'])
  assert.deepEqual([code, stdout], [2, ''])
  assert.equal(stderr, 'nametag: there is no flag --prot; did you mean --port?\nTry: nametag dev --help\n')
})

test('help and version go to stdout and end with 0', async (t) => {
  const help = await finish(t, ['--help'])
  assert.deepEqual([help.code, help.stderr], [0, ''])
  assert.match(help.stdout, /nametag dev/)
  const version = await finish(t, ['--version'])
  assert.deepEqual([version.code, version.stderr], [0, ''])
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/)
})
