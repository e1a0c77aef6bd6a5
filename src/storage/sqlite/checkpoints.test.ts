import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { UserId } from '../../domain/ids.ts'
import { keyFor, setTitle, team, user } from '../conformance/people.ts'
import { openSqlite } from './open.ts'

const BATCHES = 100

test('the WAL stays bounded however much is written without a pause', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'nametag-wal-'))
  const path = join(directory, 'nametag.db')
  const store = await openSqlite({ path, tokenDigest: (token) => token })
  const ids = Array.from({ length: 200 }, (_, index) => `U0P${index + 100}` as UserId)
  await store.addTeam(
    team(),
    ids.map((id, ordinal) => user(id, { ordinal })),
  )
  const title = 'x'.repeat(3500)
  let walBytes = 0
  for (let batch = 0; batch < BATCHES; batch += 1) {
    await Promise.all(ids.map((id) => store.change(keyFor(id), setTitle(title))))
    walBytes = Math.max(walBytes, statSync(`${path}-wal`).size)
  }
  // Every change fills a page of its user and one of the log.
  const writtenBytes = BATCHES * ids.length * 2 * 4096
  assert.ok(walBytes < writtenBytes * 0.75, `${walBytes} of ${writtenBytes} bytes stand in the WAL`)

  await store.close()
  rmSync(directory, { recursive: true })
})
