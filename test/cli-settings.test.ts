import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { demoWorkspace } from '../src/workspace/demo.ts'
import { finish, startProgram } from './support/process.ts'
import { temporaryFolder } from './support/server.ts'

/** `nametag settings`, as the real program, beside a server that runs and where none does. */

const BEFORE = [
  'admin_edit_rule=primary_owner',
  'custom_field_events=emit',
  'email_change=immediate',
  'allowed_ips=',
  'require_2fa=false',
  'state=null',
  'uneditable_fields=',
  'sudo_minutes=null',
]

const textOf = (changed: Readonly<Record<string, string>>) =>
  BEFORE.map((line) => {
    const [key = '', value = ''] = line.split('=')
    return `${key}=${changed[key] ?? value}\n`
  }).join('')

async function errorOf(api: string, method: string, token: string, args: Record<string, string> = {}) {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(api + method, { method: 'POST', headers, body: new URLSearchParams(args) })
  return ((await response.json()) as { error?: string }).error
}

test('a running server goes by changed settings at once, keeps them, and they can be changed while it is stopped', async (t) => {
  const data = temporaryFolder(t)
  const file = join(temporaryFolder(t), 'coffee.json')
  writeFileSync(file, demoWorkspace())
  const flags = ['--data', data]
  const server = await startProgram(t, [...flags, '--workspace', file], { command: 'serve' })
  assert.deepEqual(await finish(t, ['settings', 'get', ...flags]), { code: 0, stdout: textOf({}), stderr: '' })

  const locked = { allowed_ips: '192.0.2.1,2001:db8::/32', state: 'ekm_access_denied' }
  const pairs = Object.entries(locked).map(([key, value]) => `${key}=${value}`)
  const set = await finish(t, ['settings', 'set', ...pairs, ...flags])
  assert.deepEqual(set, { code: 0, stdout: textOf(locked), stderr: '' })
  assert.equal(await errorOf(server.api, 'auth.test', 'xoxp-mel'), 'ekm_access_denied')
  // Their owners cannot take it back, as they are outside: whoever has the data can.
  assert.equal(await errorOf(server.api, 'team.prefs.set', 'xoxp-pia', { prefs: '{}' }), 'accesslimited')
  assert.equal((await finish(t, ['settings', 'set', 'allowed_ips=', ...flags])).code, 0)
  const prefs = JSON.stringify({ settings: { state: null, sudo_minutes: 15 } })
  assert.equal(await errorOf(server.api, 'team.prefs.set', 'xoxp-pia', { prefs }), undefined)
  assert.equal(await errorOf(server.api, 'auth.test', 'xoxp-mel'), undefined)
  await server.stop()

  const offline = await finish(t, ['settings', 'set', 'email_change=confirm', '--json', ...flags])
  assert.equal(offline.code, 0, offline.stderr)
  const told = JSON.parse(offline.stdout)
  assert.deepEqual(
    [told.team, told.prefs.compat.email_change, told.prefs.settings.sudo_minutes],
    ['T0COFFEE1', 'confirm', 15],
  )
  const again = await startProgram(t, flags, { command: 'serve' })
  const { stdout } = await finish(t, ['settings', 'get', ...flags])
  assert.equal(stdout, textOf({ email_change: 'confirm', sudo_minutes: '15' }))
  await again.stop()
})

test('what is wrong is refused in a sentence, with the exit code of its kind', async (t) => {
  const data = temporaryFolder(t)
  const server = await startProgram(t, ['--data', data], { command: 'serve' })
  const refused = await finish(t, ['settings', 'set', 'sudo_minutes=0', 'state=null', '--data', data])
  assert.deepEqual([refused.code, refused.stdout], [1, ''])
  assert.equal(
    refused.stderr,
    'nametag: Nothing was changed. settings.sudo_minutes: must be null or whole minutes, from 1 to 525600.\n',
  )
  const unknown = await finish(t, ['settings', 'set', 'stat=null', '--data', data])
  assert.deepEqual([unknown.code, unknown.stdout], [2, ''])
  assert.match(unknown.stderr, /there is no setting "stat"; did you mean "state"\?/)
  await server.stop()
  const nothing = await finish(t, ['settings', 'get', '--data', join(data, 'nothing')])
  assert.equal(nothing.code, 1)
  assert.match(nothing.stderr, /^nametag: There is no data of a Nametag server in /)
})
