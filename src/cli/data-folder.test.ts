import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/support/server.ts'
import { CannotStart } from './cannot-start.ts'
import { openDataFolder } from './data-folder.ts'
import { makeFirstTeam } from './first-start.ts'
import { hasData } from './folder-files.ts'

test('a new folder and everything in it is for its owner alone', async (t) => {
  const folder = join(temporaryFolder(t), 'a', 'b')
  assert.ok(!hasData(folder))
  const { close } = await openDataFolder(folder)
  t.after(close)
  assert.ok(hasData(folder))
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  for (const name of ['nametag.db', 'token.key']) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
})

test('what was written is there again, under the same key', async (t) => {
  const folder = temporaryFolder(t)
  const first = await openDataFolder(folder)
  const { team, users } = makeFirstTeam()
  await first.store.addTeam(team, users)
  await first.close()
  const second = await openDataFolder(folder)
  t.after(second.close)
  assert.deepEqual(
    (await second.store.findTeams(null, 1000)).map(({ id }) => id),
    [team.id],
  )
})

test('a folder in use is refused in one sentence, and fresh deletes nothing of it', async (t) => {
  const folder = temporaryFolder(t)
  const { store, close } = await openDataFolder(folder)
  t.after(close)
  const { team, users } = makeFirstTeam()
  await store.addTeam(team, users)
  for (const fresh of [false, true]) {
    await assert.rejects(openDataFolder(folder, { fresh }), (error: Error) => {
      assert.ok(error instanceof CannotStart)
      assert.match(error.message, /^The data directory .* is in use by process \d+\.$/)
      return true
    })
  }
  assert.equal((await store.findTeams(null, 1000)).length, 1)
  assert.ok(hasData(folder))
})

test('a file in the place of the folder is told as such, and stays', async (t) => {
  const file = join(temporaryFolder(t), 'people.json')
  writeFileSync(file, 'mine')
  const message = `The data folder ${file} cannot be used: it is a file.`
  for (const fresh of [false, true]) await assert.rejects(openDataFolder(file, { fresh }), { message })
  assert.equal(readFileSync(file, 'utf8'), 'mine')
})

test('fresh deletes the data and no file of anybody else', async (t) => {
  const folder = temporaryFolder(t)
  const first = await openDataFolder(folder)
  const { team, users } = makeFirstTeam()
  await first.store.addTeam(team, users)
  await first.close()
  const theirs = ['notes.txt', 'nametag.db.backup', 'my-token.key', 'workspace.json5']
  for (const name of theirs) writeFileSync(join(folder, name), 'mine')
  mkdirSync(join(folder, 'photos'))

  const second = await openDataFolder(folder, { fresh: true })
  t.after(second.close)
  assert.deepEqual(await second.store.findTeams(null, 1000), [])
  const left = readdirSync(folder)
  for (const name of [...theirs, 'photos']) assert.ok(left.includes(name), name)
})

test('a folder that cannot be one is refused in a sentence', async (t) => {
  const file = join(temporaryFolder(t), 'file')
  writeFileSync(file, '')
  // No folder can be made inside a file, nor, on Linux, in /proc.
  for (const folder of [file, join(file, 'below'), '/proc/nametag']) {
    if (folder.startsWith('/proc') && process.platform !== 'linux') continue
    await assert.rejects(openDataFolder(folder), (error) => {
      return error instanceof CannotStart && error.message.includes(folder)
    })
  }
})
