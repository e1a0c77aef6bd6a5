import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import type { UserId } from '../../domain/ids.ts'
import { ADA, keyFor, setTitle, TEAM, team, titlesIn, user } from '../conformance/people.ts'
import { StorageUnavailable } from '../store.ts'
import { connect } from './connection.ts'
import { openSqlite, storeOn } from './open.ts'

const parent = mkdtempSync(join(tmpdir(), 'nametag-sqlite-'))
after(() => rmSync(parent, { recursive: true }))
const freshFile = () => join(mkdtempSync(join(parent, 'data-')), 'nametag.db')
const tokenDigest = (token: string) => token

test('a full database fails the whole batch, keeps nothing of it, and works again when there is room', async () => {
  const path = freshFile()
  const db = connect(path)
  // The bound of the next lines is one of this connection.
  const store = storeOn(db, { path, tokenDigest, limits: { threadWritesMin: Number.POSITIVE_INFINITY } })
  const ids = Array.from({ length: 20 }, (_, index) => `U0P${index + 100}` as UserId)
  await store.addTeam(
    team(),
    ids.map((id, ordinal) => user(id, { ordinal })),
  )
  const writeAll = (title: string) => Promise.allSettled(ids.map((id) => store.change(keyFor(id), setTitle(title))))
  const titles = async () => new Set((await store.findUsers(TEAM, null, 100)).map(({ profile }) => profile.title))
  await writeAll('before')
  const log = await store.readLog(TEAM, 0, 1000)

  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`)
  const refused = await writeAll('x'.repeat(2000))
  for (const result of refused) {
    assert.ok(result.status === 'rejected' && result.reason instanceof StorageUnavailable)
  }
  assert.deepEqual(await titles(), new Set(['before']))
  for (const id of ids) assert.equal((await store.findUser(TEAM, id))?.profile.title, 'before')
  assert.deepEqual(await store.readLog(TEAM, 0, 1000), log)

  db.pragma('max_page_count = 1000000')
  const taken = await writeAll('after')
  assert.deepEqual(new Set(taken.map(({ status }) => status)), new Set(['fulfilled']))
  assert.deepEqual(await titles(), new Set(['after']))
  assert.equal((await store.readLog(TEAM, 0, 1000)).length, log.length + ids.length)
  await store.close()
})

test('a database that another process holds is away: nothing is written, and the call can come again', async () => {
  const path = freshFile()
  const db = connect(path)
  const store = storeOn(db, { path, tokenDigest })
  await store.addTeam(team(), [user(ADA)])
  db.pragma('busy_timeout = 1')
  const other = new Database(path)
  other.exec('begin immediate')
  await assert.rejects(store.change(keyFor(ADA), setTitle('x')), StorageUnavailable)
  await assert.rejects(store.saveTeam({ ...team(), name: 'Other' }), StorageUnavailable)
  other.close()
  assert.equal((await store.getTeam(TEAM)).name, 'Coffee Co')
  await store.change(keyFor(ADA), setTitle('x'))
  await store.close()
})

for (const [where, threadWritesMin] of [
  ['here', Number.POSITIVE_INFINITY],
  ['on a thread', 1],
] as const) {
  test(`a commit ${where} that the operating system breaks off is told as unknown, and every write told as done is there`, async () => {
    const path = freshFile()
    const script = fileURLToPath(new URL('../../../test/crash/fill-disk.ts', import.meta.url))
    const output = execFileSync(
      'sh',
      ['-c', 'ulimit -f 1500; exec "$0" "$@"', process.execPath, script, path, String(threadWritesMin)],
      {
        encoding: 'utf8',
      },
    )
    const lines = output.trim().split('\n')
    const done = lines.filter((line) => line.startsWith('done')).length
    assert.ok(done > 10, `only ${done} writes before the disk was full`)
    assert.equal(lines.at(-1), `failed ${done + 1} OutcomeUnknown`)

    const store = await openSqlite({ path, tokenDigest })
    const number = Number.parseInt((await store.findUser(TEAM, ADA))?.profile.title ?? '', 10)
    assert.ok(number === done || number === done + 1, `${number} after ${done} were done`)
    const log = await store.readLog(TEAM, 0, 1000)
    assert.deepEqual(
      titlesIn(log).map((title) => Number.parseInt(title, 10)),
      Array.from({ length: number }, (_, index) => index + 1),
    )
    await store.close()
  })
}
