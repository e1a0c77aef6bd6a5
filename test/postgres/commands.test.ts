import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import type { UserId } from '../../src/domain/ids.ts'
import { ADA, OTHER_TEAM, TEAM, team, user } from '../../src/storage/conformance/people.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import { DEMO_FILE } from '../support/demo-file.ts'
import { queryAt, startPostgres } from '../support/postgres.ts'
import { finish, type RunningProgram, runProgram, startProgram, until } from '../support/process.ts'
import { temporaryFolder } from '../support/server.ts'
import { startMailServer } from '../support/smtp.ts'

/** The real program on a real PostgreSQL. */

const server = await startPostgres()
after(() => server.stop())

interface Database {
  readonly url: string
  readonly key: string
  readonly flags: readonly string[]
}

async function makeDatabase(t: TestContext): Promise<Database> {
  const url = await server.createDatabase()
  const key = join(temporaryFolder(t), 'token.key')
  return { url, key, flags: ['--database-url', url, '--token-key', key] }
}

function startNode(t: TestContext, flags: readonly string[]): Promise<RunningProgram> {
  return startProgram(t, flags, { command: 'serve' })
}

async function call(api: string, method: string, token: string, args: Record<string, string> = {}) {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${api}${method}`, { method: 'POST', headers, body: new URLSearchParams(args) })
  return (await response.json()) as { ok: boolean; error?: string; user?: string; profile?: Record<string, unknown> }
}

const linkOf = (text: string) => /^ {2}(http:\S+\/sign-in\?code=\S+)$/m.exec(text)?.[1]
const tokenIn = async (url: string) => (await (await fetch(url, { method: 'POST' })).text()).match(/xoxp-\w+/)?.[0]

test('nodes that start together fill an empty database once, and any of their links works on any of them, once', async (t) => {
  const { url, flags, key } = await makeDatabase(t)
  const nodes = await Promise.all([1, 2, 3].map(() => startNode(t, flags)))
  assert.deepEqual(await queryAt(url, 'select count(*)::integer as teams from teams'), [{ teams: 1 }])
  const links = nodes.map((node) => linkOf(node.stderr()))
  const [first, second, third] = nodes as [RunningProgram, RunningProgram, RunningProgram]
  for (const link of links)
    assert.match(
      await (await fetch(new URL(new URL(link ?? '').search, `${third.url}/sign-in`))).text(),
      /Show my token/,
    )
  const token = await tokenIn(`${second.url}/sign-in${new URL(links[0] ?? '').search}`)
  assert.ok(token)
  for (const node of nodes) {
    assert.equal((await call(node.api, 'auth.test', token)).user, 'owner')
    for (const link of links) assert.equal(await tokenIn(`${node.url}/sign-in${new URL(link ?? '').search}`), undefined)
  }
  const set = await call(first.api, 'users.profile.set', token, { name: 'title', value: 'Roaster' })
  assert.equal(set.profile?.title, 'Roaster')
  assert.equal((await call(third.api, 'users.profile.get', token)).profile?.title, 'Roaster')
  assert.equal(statSync(key).size, 32)
  for (const node of nodes) assert.deepEqual(await node.stop(), { code: 0, signal: null })

  const again = await startNode(t, flags)
  assert.equal((await call(again.api, 'auth.test', token)).user, 'owner')
  assert.equal(linkOf(again.stderr()), undefined)
  await again.stop()
})

test('the notice about a new key is printed by the one who made it, and a workspace file fills the database once', async (t) => {
  const { flags, key } = await makeDatabase(t)
  const file = join(temporaryFolder(t), 'coffee.json')
  writeFileSync(file, DEMO_FILE)
  const first = await startNode(t, [...flags, '--workspace', file])
  assert.match(
    first.stderr(),
    new RegExp(`^Notice: the token key ${key} was made\\. Give every node the same file`, 'm'),
  )
  assert.equal((await call(first.api, 'auth.test', 'xoxp-zoe')).user, 'zoe')
  const second = await startNode(t, [...flags, '--workspace', file])
  assert.doesNotMatch(second.stderr(), /Notice: the token key|is not read/)
  assert.equal((await call(second.api, 'auth.test', 'xoxp-zoe')).user, 'zoe')
  await Promise.all([first.stop(), second.stop()])
})

test('a team of more people than one statement takes comes whole', async (t) => {
  const { url } = await makeDatabase(t)
  const store = await openPostgres({ url, tokenDigest: (token) => token })
  const people = Array.from({ length: 4_100 }, (_, ordinal) => user(`U${ordinal + 10_000}` as UserId, { ordinal }))
  await store.addTeam(team(), people)
  const last = await store.findUsers(TEAM, people.at(-2)?.id ?? null, 10)
  assert.deepEqual(
    last.map(({ id }) => id),
    [people.at(-1)?.id],
  )
  assert.deepEqual(await queryAt(url, 'select count(*)::integer as people from users'), [{ people: people.length }])
  await assert.rejects(
    store.addTeam(team(OTHER_TEAM), [
      ...people.map((person) => ({ ...person, teamId: OTHER_TEAM })),
      user(ADA),
      user(ADA),
    ]),
  )
  assert.deepEqual(await queryAt(url, 'select count(*)::integer as people from users'), [{ people: people.length }])
  await store.close()
})

test('tokens are made, listed and revoked while nodes run, and no command makes tables in a database of others', async (t) => {
  const { flags, url } = await makeDatabase(t)
  const none = await finish(t, ['token', 'list', ...flags])
  assert.equal(none.code, 1)
  const name = new URL(url).pathname.slice(1)
  assert.match(
    none.stderr,
    new RegExp(`^nametag: There is no data of a Nametag server in the database ${name} on .*\\.\\n$`),
  )

  const file = join(temporaryFolder(t), 'coffee.json')
  writeFileSync(file, DEMO_FILE)
  const node = await startNode(t, [...flags, '--workspace', file])
  const create = ['token', 'create', ...flags, '--user', 'U0ZOE00001', '--scopes', 'users.profile:read', '--json']
  const { token, grant } = JSON.parse((await finish(t, create)).stdout)
  assert.equal((await call(node.api, 'auth.test', token)).user, 'zoe')
  const list = await finish(t, ['token', 'list', ...flags])
  assert.match(list.stdout, new RegExp(`^${grant.tokenId} +user `, 'm'))
  assert.equal((await finish(t, ['token', 'revoke', grant.tokenId, ...flags])).code, 0)
  await until(async () => ((await call(node.api, 'auth.test', token)).error === 'token_revoked' ? true : undefined))
  await node.stop()
})

test('settings are read and changed beside nodes that run, and the nodes go by them', async (t) => {
  const { flags } = await makeDatabase(t)
  const file = join(temporaryFolder(t), 'coffee.json')
  writeFileSync(file, DEMO_FILE)
  const nodes = [await startNode(t, [...flags, '--workspace', file]), await startNode(t, flags)]
  const errorsAre = (error: string | undefined) =>
    until(async () => {
      const answers = await Promise.all(nodes.map(({ api }) => call(api, 'auth.test', 'xoxp-zoe')))
      return answers.every((answer) => answer.error === error) ? true : undefined
    })
  await errorsAre(undefined)
  const set = await finish(t, ['settings', 'set', 'state=ekm_access_denied', ...flags])
  assert.equal(set.code, 0, set.stderr)
  await errorsAre('ekm_access_denied')
  assert.match((await finish(t, ['settings', 'get', ...flags])).stdout, /^state=ekm_access_denied$/m)
  assert.equal((await finish(t, ['settings', 'set', 'state=null', ...flags])).code, 0)
  await errorsAre(undefined)
  await Promise.all(nodes.map((node) => node.stop()))
})

test('nodes count the limits of a token together', async (t) => {
  const { flags } = await makeDatabase(t)
  const file = join(temporaryFolder(t), 'coffee.json')
  writeFileSync(file, DEMO_FILE)
  const nodes = [await startNode(t, [...flags, '--workspace', file]), await startNode(t, flags)]
  const set = (node: RunningProgram) =>
    call(node.api, 'users.profile.set', 'xoxp-zoe', { name: 'title', value: 'Roaster' })
  for (let round = 0; round < 5; round += 1) for (const node of nodes) assert.equal((await set(node)).ok, true)
  for (const node of nodes) assert.equal((await set(node)).error, 'ratelimited')
  await Promise.all(nodes.map((node) => node.stop()))
})

test('a wrong or missing token key stops every command in one sentence', async (t) => {
  const { flags, url } = await makeDatabase(t)
  const file = join(temporaryFolder(t), 'coffee.json')
  writeFileSync(file, DEMO_FILE)
  await (await startNode(t, [...flags, '--workspace', file])).stop()

  const absent = join(temporaryFolder(t), 'token.key')
  for (const argv of [
    ['serve', '--port', '0'],
    ['token', 'list'],
  ]) {
    const { code, stderr } = await finish(t, [...argv, '--database-url', url, '--token-key', absent])
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^nametag: The token key \S+ is missing, and without it every token of this store is void: .*\n$/,
    )
    assert.ok(!existsSync(absent))
  }
  const wrong = join(temporaryFolder(t), 'wrong.key')
  writeFileSync(wrong, randomBytes(32))
  const { code, stderr } = await finish(t, ['serve', '--port', '0'], {
    env: { NAMETAG_DATABASE_URL: url, NAMETAG_TOKEN_KEY: wrong },
  })
  assert.equal(code, 1)
  assert.match(
    stderr,
    /^nametag: The token key \S+ is not the one that this store keeps its tokens under: every node needs the same file\.\n$/,
  )
  assert.equal(readFileSync(wrong).length, 32)
})

test('a database that cannot be used is told in one sentence, without the password', async (t) => {
  const { url } = await makeDatabase(t)
  const key = join(temporaryFolder(t), 'token.key')
  const socket = new URL(url).searchParams.get('host') ?? ''
  const nowhere = `postgres://ada:s3cret@localhost/nothing?host=${encodeURIComponent(socket)}`
  const dead = 'postgres://ada:s3cret@127.0.0.1:1/people'
  for (const [database, sentence] of [
    [nowhere, /^nametag: The database nothing on \/\S+ cannot be used: .* Check host, name, user and password; .*\n$/],
    [dead, /^nametag: The database people on 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED.* Check host, .*\n$/],
  ] as const) {
    for (const argv of [
      ['serve', '--port', '0'],
      ['token', 'list'],
    ]) {
      const { code, stdout, stderr } = await finish(t, [...argv, '--database-url', database, '--token-key', key])
      assert.deepEqual([code, stdout], [1, ''])
      assert.match(stderr, sentence)
      assert.ok(!stderr.includes('s3cret'))
    }
  }
  assert.ok(!existsSync(key))
})

test('a person is told which database it is, without the password', async (t) => {
  const { url, key } = await makeDatabase(t)
  const withPassword = new URL(url)
  withPassword.password = 's3cret'
  const node = runProgram(t, ['serve', '--port', '0', '--database-url', withPassword.href, '--token-key', key])
  await until(() => (node.stdout().includes('Ctrl-C') ? true : undefined), node.stderr)
  const name = withPassword.pathname.slice(1)
  assert.match(
    node.stdout(),
    new RegExp(`^The Web API is at http://\\S+/api/; the data is in the database ${name} on /\\S+\\.$`, 'm'),
  )
  assert.match(node.stderr(), /Without --smtp-url no mail is sent: mails wait in the database/)
  await node.stop()
  assert.ok(!(node.stdout() + node.stderr()).includes('s3cret'))
})

test('what is to be mailed waits in the database until a server is started with a mail server', async (t) => {
  const { flags } = await makeDatabase(t)
  const file = join(temporaryFolder(t), 'coffee.json')
  writeFileSync(file, DEMO_FILE)
  const mails = await startMailServer(t)
  const first = await startNode(t, [...flags, '--workspace', file])
  const email = 'zoe@new.example.com'
  assert.equal((await call(first.api, 'users.profile.set', 'xoxp-zoe', { name: 'email', value: email })).ok, true)
  await first.stop()
  const second = await startNode(t, flags)
  await second.stop()
  assert.equal(mails.received.length, 0)
  const third = await startNode(t, [...flags, '--smtp-url', mails.url])
  await until(() => (mails.received.length === 2 ? true : undefined), third.stderr)
  assert.deepEqual(mails.received.flatMap(({ to }) => to).toSorted(), ['zoe@example.com', email])
  await third.stop()
})

test('migrate makes the tables of an empty database, says which migrations ran, and --check changes nothing', async (t) => {
  const { url } = await makeDatabase(t)
  const check = await finish(t, ['migrate', '--database-url', url, '--check'])
  assert.equal(check.code, 1)
  assert.match(check.stderr, /^nametag: There is no data of a Nametag server in the database /)
  assert.deepEqual(await queryAt(url, "select to_regclass('migrations') as made"), [{ made: null }])

  const done = await finish(t, ['migrate', '--database-url', url, '--json'])
  const { applied, missing, schema } = JSON.parse(done.stdout)
  assert.deepEqual([done.code, applied.length, missing], [0, schema, []])
  assert.equal(applied[0], '0001-teams-users-tokens-log')
  await queryAt(url, `delete from migrations where number = ${schema}`)
  const behind = await finish(t, ['migrate', '--database-url', url, '--check'])
  assert.deepEqual([behind.code, behind.stderr], [1, ''])
  assert.match(
    behind.stdout,
    new RegExp(`^Missing in the database \\S+ on \\S+: ${applied.at(-1)}\\. "nametag migrate"`),
  )
  await queryAt(url, `insert into migrations (number, name, checksum) values (${schema + 1}, 'later', '')`)
  const newer = await finish(t, ['migrate', '--database-url', url])
  assert.equal(newer.code, 1)
  assert.match(
    newer.stderr,
    /cannot be used: The store has schema \d+, and this version of Nametag knows none above \d+: use a newer one\.\n$/,
  )
})
