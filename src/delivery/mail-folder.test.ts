import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { aStore, changed, recipients, start, tell, tellIn } from '../../test/support/mail.ts'
import { anotherWorld } from '../../test/support/world.ts'
import { createFolderPost } from './mail-folder.ts'
import { createMemoryPost, keepingIn } from './mail-memory.ts'

describe('into a folder', () => {
  test('each mail is one file that only its owner reads, and the oldest make room', async (t) => {
    const folder = join(mkdtempSync(join(tmpdir(), 'nametag-mail-')), 'mail')
    t.after(() => rmSync(join(folder, '..'), { recursive: true }))
    const { store, mail, logged } = await start(t, createFolderPost(folder, 3))
    assert.ok(logged[0]?.includes(folder), 'the operator is told')
    for (const to of ['a', 'b', 'c', 'd', 'e']) await tell(store, changed(`${to}@coffee.example`))
    await mail.runDue()
    const files = readdirSync(folder).sort()
    assert.equal(files.length, 3)
    const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'))
    for (const [index, to] of ['c', 'd', 'e'].entries())
      assert.match(texts[index] ?? '', new RegExp(`^To: ${to}@`, 'm'))
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    for (const name of files) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
  })
})

test('mails of two teams at the same place of their logs are two mails', async (t) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'nametag-mail-')), 'mail')
  t.after(() => rmSync(join(folder, '..'), { recursive: true }))
  const memory = createMemoryPost()
  const store = await aStore(t)
  const { team, users } = anotherWorld()
  await store.addTeam(team, users)
  await tell(store, changed('coffee@example.com'))
  await tellIn(store, team.id, changed('tea@example.com'))
  const { mail } = await start(t, keepingIn(memory, createFolderPost(folder)), store)
  await mail.runDue()
  assert.deepEqual(recipients(memory).sort(), ['coffee@example.com', 'tea@example.com'])
  assert.equal(new Set(memory.mail().map(({ id }) => id)).size, 2)
  assert.equal(readdirSync(folder).length, 2)
})
