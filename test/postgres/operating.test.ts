import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type DatabaseProxy, startProxy } from '../support/database-proxy.ts'
import { readExposition, valueIn } from '../support/exposition.ts'
import { startNodes, type TestNode } from '../support/nodes.ts'
import { startPostgres } from '../support/postgres.ts'
import { until } from '../support/process.ts'
import { send } from '../support/send.ts'
import { aWorld } from '../support/world.ts'

const postgres = await startPostgres()
const proxy = await startProxy()
after(async () => {
  await proxy.close()
  await postgres.stop()
})

test('a node is ready while its database takes writes, and while it does not, the metrics still come', async (t) => {
  const { direct, url } = await databaseBehind(proxy)
  const [node = assert.fail()] = await startNodes(t, url, { count: 1, worlds: [aWorld()] })
  assert.deepEqual(await readiness(node), { status: 200, json: { ok: true } })
  await node.call('users.profile.set', 'xoxp-ada', { name: 'title', value: 'Roaster' })
  const page = await scrape(node)
  assert.equal(valueIn(page, 'nametag_build_info', { engine: 'postgres' }), 1)
  assert.equal(valueIn(page, 'nametag_commit_seconds_count'), 1)
  assert.equal(valueIn(page, 'nametag_undelivered', { reader: 'mail', state: 'waiting' }), 0)

  proxy.lead(undefined)
  proxy.cut()
  await until(async () => (await readiness(node)).status === 503 || undefined)
  assert.deepEqual((await readiness(node)).json, { ok: false, not_ready: ['database'] })
  const dark = await scrape(node)
  assert.equal(valueIn(dark, 'nametag_ready'), 0)
  assert.deepEqual(dark.get('nametag_undelivered')?.samples, [])
  proxy.lead(direct)
  await until(async () => (await readiness(node)).status === 200 || undefined)
})

test('a node is not ready where its database only reads', async (t) => {
  const { name, url } = await databaseBehind(proxy)
  const [node = assert.fail()] = await startNodes(t, url, { count: 1, worlds: [aWorld()] })
  await postgres.query(`alter database ${name} set default_transaction_read_only = on`)
  proxy.cut()
  await until(async () => (await readiness(node)).status === 503 || undefined)
  await postgres.query(`alter database ${name} reset default_transaction_read_only`)
  proxy.cut()
  await until(async () => (await readiness(node)).status === 200 || undefined)
})

async function databaseBehind({ port, lead }: DatabaseProxy) {
  const { username, pathname, searchParams } = new URL(await postgres.createDatabase())
  const direct = { path: join(searchParams.get('host') ?? '', '.s.PGSQL.5432') }
  lead(direct)
  return { direct, name: pathname.slice(1), url: `postgres://${username}@127.0.0.1:${port}${pathname}` }
}

async function readiness({ server: { url } }: TestNode) {
  const { status, json } = await send(`${url}/readyz`, { method: 'GET' })
  return { status, json }
}

async function scrape({ server: { url } }: TestNode) {
  return readExposition((await send(`${url}/metrics`, { method: 'GET' })).text)
}
