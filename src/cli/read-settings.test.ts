import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readConfig } from '../config.ts'

const COMMON = {
  color: true,
  logLevel: 'warn',
  place: { in: 'folder', folder: 'd' },
  team: null,
  json: false,
}

const read = (line: string, env = {}) => readConfig(line.split(' '), env)
const prefsOf = (line: string) => {
  const config = read(`settings set ${line} --data d`)
  assert.equal(config.run, 'settings set', JSON.stringify(config))
  return config.run === 'settings set' ? config.prefs : undefined
}
const sentenceOf = (line: string) => {
  const config = read(line)
  return config.run === 'usage-error' ? config.sentence.split('\n')[0] : config.run
}

test('settings get needs to know where the data is', () => {
  assert.deepEqual(read('settings get --data d'), { run: 'settings get', ...COMMON })
  assert.deepEqual(read('settings get --data d --json', { NAMETAG_TEAM: 'T01' }), {
    run: 'settings get',
    ...COMMON,
    team: 'T01',
    json: true,
  })
  assert.deepEqual(read('settings get --database-url postgres://h/p'), {
    run: 'settings get',
    ...COMMON,
    place: { in: 'database', url: 'postgres://h/p', tokenKey: './token.key' },
  })
})

const PAIRS: readonly (readonly [line: string, prefs: object])[] = [
  ['state=null', { settings: { state: null } }],
  ['state=ekm_access_denied', { settings: { state: 'ekm_access_denied' } }],
  ['require_2fa=true sudo_minutes=15', { settings: { require_2fa: true, sudo_minutes: 15 } }],
  ['email_change=confirm sudo_minutes=null', { compat: { email_change: 'confirm' }, settings: { sudo_minutes: null } }],
  ['allowed_ips=10.0.0.0/8,::1', { settings: { allowed_ips: ['10.0.0.0/8', '::1'] } }],
  ['allowed_ips= uneditable_fields=title', { settings: { allowed_ips: [], uneditable_fields: ['title'] } }],
  // For the checks of the workspace file to refuse.
  ['sudo_minutes=007 require_2fa=yes', { settings: { sudo_minutes: '007', require_2fa: 'yes' } }],
  ['email_change=true', { compat: { email_change: true } }],
]

describe('settings set', () => {
  for (const [line, prefs] of PAIRS) test(line, () => assert.deepEqual(prefsOf(line), prefs))
})

const WRONG: readonly (readonly [line: string, sentence: string])[] = [
  ['settings', 'settings needs to know what to do: get or set'],
  ['settings sett --data d', 'there is no command "settings sett"; did you mean "settings set"?'],
  ['settings set --data d', 'what is to be set? Give KEY=VALUE, such as state=null'],
  ['settings set state --data d', '"state" must be KEY=VALUE'],
  ['settings set =null --data d', '"=null" must be KEY=VALUE'],
  ['settings set stat=null --data d', 'there is no setting "stat"; did you mean "state"?'],
  ['settings set __proto__=null --data d', 'there is no setting "__proto__"'],
  ['settings set state=null state=null --data d', 'state is given twice'],
  ['settings get state --data d', '"state" is one thing too many'],
  ['settings set state=null', '--data DIR or --database-url URL is needed: the folder or the database that holds'],
]

describe('refused as wrong', () => {
  for (const [line, sentence] of WRONG) {
    test(line, () => assert.ok(sentenceOf(line)?.startsWith(`nametag: ${sentence}`), sentenceOf(line)))
  }
})
