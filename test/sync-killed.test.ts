import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { nametag as client, orThrow } from '../src/client/client.ts'
import { type Nametag, startNametag } from '../src/testing/start.ts'
import { collect, until, within } from './support/process.ts'
import { temporaryFolder } from './support/server.ts'

/** A sync that is killed, against a server whose limits hold. */

const COUNT = 1000
const KILLED_AFTER = 400
const RUN_MS_MAX = 300_000
const PROGRAM = join(import.meta.dirname, 'support/sync-by-clock.ts')

const idOf = (index: number) => `U0P${String(index).padStart(7, '0')}`

test('1,000 rows with limits on, killed in the middle: the next run finishes, and nobody is written twice', async (t) => {
  const nametag = await startNametag({ frozen: true, workspace: crowd() })
  t.after(() => nametag.stop())
  const file = join(temporaryFolder(t), 'people.csv')
  writeFileSync(file, rows())

  const first = run(t, nametag, file)
  await until(() => first.said().includes(`Writing ${KILLED_AFTER} of`) || undefined, first.said, RUN_MS_MAX)
  first.kill()
  assert.equal(await first.ended, null)
  const before = (await written(nametag)).length
  assert.ok(before >= KILLED_AFTER && before < COUNT, `${before} were written before it was killed`)

  const second = run(t, nametag, file)
  assert.equal(await within(RUN_MS_MAX, second.ended, second.said), 0, second.said())
  assert.match(second.said(), /^1000 people: \d+ changed, .*\d+ done by an earlier run\.$/m)
  assert.doesNotMatch(first.said() + second.said(), /ratelimited|429|xoxp-/)
  assert.equal(existsSync(`${file}.nametag-sync`), false)

  const users = await written(nametag)
  assert.equal(users.length, COUNT, 'somebody was written twice, or not at all')
  assert.equal(new Set(users).size, COUNT)
  const sleep = (milliseconds: number) => nametag.clock.advance(milliseconds / 1000)
  const api = client({ token: 'xoxp-pia', apiUrl: nametag.api, sleep })
  for (let index = 0; index < COUNT; index++) {
    const { profile } = await orThrow(api.users.profile.get({ user: idOf(index) }))
    assert.deepEqual([profile.title, profile.fields], [`Title ${index}`, fieldsOf(index)])
  }
})

/** Who was changed, once for each change. */
async function written(nametag: Nametag): Promise<string[]> {
  const events = await nametag.events()
  return events.filter(({ types }) => types.includes('user_change')).map(({ user }) => user)
}

function run(t: TestContext, { api }: Nametag, file: string) {
  const env = { PATH: process.env.PATH ?? '', NAMETAG_TOKEN: 'xoxp-pia' }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, api, file], { env })
  t.after(() => child.kill('SIGKILL'))
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  return {
    said: () => stdout() + stderr(),
    kill: () => child.kill('SIGKILL'),
    ended: once(child, 'close').then(([code]) => code as number | null),
  }
}

const fieldsOf = (index: number) => ({ Xf0ROLE001: { value: `Role ${index}`, alt: '' } })

function rows(): string {
  const lines = Array.from({ length: COUNT }, (_, index) => `${idOf(index)},Title ${index},Role ${index}\n`)
  return `id,title,Role\n${lines.join('')}`
}

function crowd() {
  const people = Array.from({ length: COUNT }, (_, index) => ({ id: idOf(index), name: `p${index}` }))
  const scopes = ['users.profile:read', 'users.profile:write', 'users:read']
  return {
    team: { id: 'T0COFFEE1', name: 'Coffee Co', domain: 'coffee', plan: 'paid' },
    profile_fields: [{ id: 'Xf0ROLE001', label: 'Role', type: 'text' }],
    users: [{ id: 'U0PIA00001', name: 'pia', role: 'primary_owner' }, ...people],
    tokens: [{ token: 'xoxp-pia', user: 'U0PIA00001', scopes }],
  }
}
