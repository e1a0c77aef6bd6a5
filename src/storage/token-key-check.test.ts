import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../test/support/server.ts'
import { ADA, grant, team, user } from './conformance/people.ts'
import { openSqlite } from './sqlite/open.ts'
import type { Store } from './store.ts'
import { lateDigest, takeTokenKey } from './token-key-check.ts'

async function begin(t: TestContext, { tokens = 0 } = {}): Promise<{ store: Store; file: string }> {
  const store = await openSqlite({ path: ':memory:', tokenDigest: (token) => token })
  t.after(() => store.close())
  await store.addTeam(team(), [user(ADA)])
  for (let token = 1; token <= tokens; token += 1) await store.addToken(`xoxp-${token}`, grant(`Tk${token}`))
  return { store, file: join(temporaryFolder(t), 'token.key') }
}

for (const isAlone of [true, false]) {
  const whose = isAlone ? 'of one process' : 'of several'

  test(`a new store ${whose} gets a key, and the same one ever after`, async (t) => {
    const { store, file } = await begin(t)
    const key = await takeTokenKey(store, { file, isAlone })
    assert.equal(key.length, 32)
    assert.deepEqual(await takeTokenKey(store, { file, isAlone }), key)
  })

  test(`where a store ${whose} holds tokens, a missing key is not replaced`, async (t) => {
    const { store, file } = await begin(t, { tokens: 1 })
    await assert.rejects(takeTokenKey(store, { file, isAlone }), /^Error: The token key .* is missing, and without it/)
    assert.ok(!existsSync(file))
  })

  test(`a store ${whose} that was filled before keys were checked takes the key that is there`, async (t) => {
    const { store, file } = await begin(t, { tokens: 1 })
    writeFileSync(file, randomBytes(32))
    assert.deepEqual(await takeTokenKey(store, { file, isAlone }), readFileSync(file))
    writeFileSync(file, randomBytes(32))
    await assert.rejects(takeTokenKey(store, { file, isAlone }), /is not the one/)
  })

  test(`another key is refused, and a file that was there stays: a store ${whose}`, async (t) => {
    const { store, file } = await begin(t)
    await takeTokenKey(store, { file, isAlone })
    const other = randomBytes(32)
    writeFileSync(file, other)
    const sentence = `The token key ${file} is not the one that this store keeps its tokens under: every node needs the same file.`
    await assert.rejects(takeTokenKey(store, { file, isAlone }), new Error(sentence))
    assert.deepEqual(readFileSync(file), other)
  })
}

test('a lost key that no token needs is made anew by the only owner, and by nobody else', async (t) => {
  const { store, file } = await begin(t)
  const lost = await takeTokenKey(store, { file, isAlone: true })
  rmSync(file)
  await assert.rejects(takeTokenKey(store, { file, isAlone: false }), /is missing/)
  const made = await takeTokenKey(store, { file, isAlone: true })
  assert.notDeepEqual(made, lost)
  assert.deepEqual(await takeTokenKey(store, { file, isAlone: false }), made)
})

test('of machines that each make a key at once, one succeeds and the others leave none behind', async (t) => {
  const { store } = await begin(t)
  const folder = temporaryFolder(t)
  const files = ['a', 'b', 'c', 'd'].map((name) => join(folder, name))
  const taken = await Promise.allSettled(files.map((file) => takeTokenKey(store, { file, isAlone: false })))
  assert.equal(taken.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(readdirSync(folder).length, 1)
})

test('of processes that make one file at once, all get the same key', async (t) => {
  const { store, file } = await begin(t)
  const keys = await Promise.all([1, 2, 3, 4].map(() => takeTokenKey(store, { file, isAlone: false })))
  assert.equal(new Set(keys.map((key) => key.toString('hex'))).size, 1)
})

test('no token is digested before the key is known', () => {
  const { digest, use } = lateDigest()
  assert.throws(() => digest('xoxp-a'), /not known yet/)
  use(Buffer.alloc(32, 1))
  assert.match(digest('xoxp-a'), /^[0-9a-f]{64}$/)
})
