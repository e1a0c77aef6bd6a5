import assert from 'node:assert/strict'
import { chownSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { ADA, keyFor, setTitle, TEAM, team, user } from '../../src/storage/conformance/people.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import { OutcomeUnknown, StorageUnavailable, type Store } from '../../src/storage/store.ts'
import { type PostgresServer, queryAt, startPostgres } from '../support/postgres.ts'
import { serverOwner } from '../support/postgres-process.ts'
import { makeSmallDisk } from '../support/small-disk.ts'
import { Written } from '../support/written.ts'

const LONG = 'x'.repeat(2000)
const WRITES_MAX = 20_000

test('where the disk of the tables is full, writes are refused and reads go on, until there is room again', async (t) => {
  const server = await startServer(t)
  const { url, fill, free } = await makeDatabase(t, server)
  const store = await openFilled(t, url)
  const written = new Written()
  await written.write(store, ADA, 'before')
  await fill()
  const failure = await writeUntilRefused(store, written)
  assert.match(failure.message, /No space left on device/)
  await assert.rejects(store.change(keyFor(ADA), setTitle(`refused ${LONG}`)), StorageUnavailable)
  assert.ok((await store.findUser(TEAM, ADA))?.profile.title)
  await free()
  await written.write(store, ADA, 'after')
  assert.ok(written.done.has('after'), 'the store recovers by itself')
  await written.check(url)
})

test('where the disk of the write-ahead log is full, the server gives up, and nothing that was answered is lost', async (t) => {
  // The bound is told as another error than a full disk, and the server gives up in the same way.
  const server = await startServer(t, { min_wal_size: '32MB', max_wal_size: '1GB', autovacuum: 'off' })
  const url = await server.createDatabase()
  const store = await openFilled(t, url)
  await server.restart(8 * 1024 * 1024)
  const written = new Written()
  await writeUntilRefused(store, written)
  await assert.rejects(store.change(keyFor(ADA), setTitle('refused')), StorageUnavailable)
  await server.restart()
  await written.write(store, ADA, 'after')
  assert.ok(written.done.has('after'), 'the store recovers by itself')
  await written.check(url)
})

async function startServer(t: TestContext, settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const server = await startPostgres(settings)
  t.after(() => server.stop())
  return server
}

/** A database on a disk of its own, where one can be had. Elsewhere the server says what it would say, and that the
 * disk had no part in it is told. */
async function makeDatabase(t: TestContext, server: PostgresServer) {
  const disk = makeSmallDisk(t)
  const url = await server.createDatabase()
  if (disk === undefined) {
    t.diagnostic('No small disk can be had here, so that the server only speaks as if its disk were full.')
    const on = (text: string) => queryAt(url, text)
    return { url, fill: () => on(SAY_FULL), free: () => on('drop trigger full_disk on log') }
  }
  const owner = serverOwner()
  if (owner !== undefined) chownSync(disk.folder, owner.uid, owner.gid)
  await server.query(`create tablespace small location '${disk.folder}'`)
  await server.query(`alter database ${new URL(url).pathname.slice(1)} set tablespace small`)
  return { url, fill: async () => disk.fill(), free: async () => disk.free() }
}

const SAY_FULL = `
  create function full_disk() returns trigger language plpgsql as
    'begin raise exception ''could not extend file: No space left on device'' using errcode = ''disk_full''; end';
  create trigger full_disk before insert on log execute function full_disk()`

async function openFilled(t: TestContext, url: string): Promise<Store> {
  const store = await openPostgres({ url, tokenDigest: (token) => token })
  t.after(() => store.close())
  await store.addTeam(team(), [user(ADA)])
  return store
}

/** What it has to room for, it writes. */
async function writeUntilRefused(store: Store, written: Written): Promise<Error> {
  let failure: Error | undefined
  for (let number = 0; failure === undefined && number < WRITES_MAX; number += 1) {
    const title = `${number} ${LONG}`
    await store.change(keyFor(ADA), setTitle(title)).then(
      () => written.done.add(title),
      (error: Error) => {
        assert.ok(error instanceof StorageUnavailable || error instanceof OutcomeUnknown, error)
        if (error instanceof OutcomeUnknown) written.unknown.add(title)
        else written.refused.add(title)
        failure = error
      },
    )
  }
  return failure ?? assert.fail(`${WRITES_MAX} writes found room.`)
}
