import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DatabaseFacts } from '../../storage/postgres/facts.ts'
import { judgeDatabase } from './database.ts'
import type { Finding } from './finding.ts'
import { judgeCommit, judgeDisk, judgeMode, judgeWal } from './folder.ts'
import { judgeOpenFiles } from './machine.ts'
import { judgeSchema } from './schema.ts'

const MIB = 1024 * 1024

const JUDGED: readonly (readonly [what: string, finding: Finding, state: Finding['state']])[] = [
  ['an own folder', judgeMode('d', { mode: 0o40700, uid: 7 }, 7), 'ok'],
  ['a folder that others can read', judgeMode('d', { mode: 0o40750, uid: 7 }, 7), 'warning'],
  ['a folder of another user', judgeMode('d', { mode: 0o40700, uid: 0 }, 7), 'warning'],
  ['a folder where nobody owns anything', judgeMode('d', { mode: 0o40777, uid: 0 }), 'ok'],
  ['a disk with room', judgeDisk(2000 * MIB, 10), 'ok'],
  ['a disk with little room', judgeDisk(500 * MIB, 10), 'warning'],
  ['a disk with less room than the store takes', judgeDisk(2000 * MIB, 3000 * MIB), 'warning'],
  ['a disk that is almost full', judgeDisk(99 * MIB, 10), 'problem'],
  ['a quick disk', judgeCommit(5), 'ok'],
  ['a slow disk', judgeCommit(50), 'warning'],
  ['a short log of writes', judgeWal(MIB), 'ok'],
  ['a long log of writes', judgeWal(200 * MIB), 'warning'],
  ['many files', judgeOpenFiles('20000'), 'ok'],
  ['files without number', judgeOpenFiles('unlimited'), 'ok'],
  ['few files', judgeOpenFiles('1024'), 'warning'],
  ['a schema that is up to date', judgeSchema({ missing: [], newest: 5 }, ''), 'ok'],
  ['an old schema', judgeSchema({ missing: ['0005-a'], newest: 5 }, ''), 'warning'],
]

for (const [what, finding, state] of JUDGED) {
  test(`${what}: ${state}`, () => {
    assert.equal(finding.state, state)
    assert.equal(finding.advice === undefined, state === 'ok')
  })
}

const SOUND: DatabaseFacts = {
  roundTripMs: 1,
  clockAheadMs: 20,
  version: 'PostgreSQL 18.4 on x86_64-pc-linux-gnu, compiled by gcc',
  isStandby: false,
  isRemote: true,
  isEncrypted: true,
  settings: new Map([
    ['server_encoding', 'UTF8'],
    ['synchronous_commit', 'on'],
    ['fsync', 'on'],
    ['full_page_writes', 'on'],
    ['default_transaction_read_only', 'off'],
    ['synchronous_standby_names', ''],
  ]),
  connections: { used: 12, max: 97 },
  standbys: [],
  mayMakeTables: true,
}

const SICK: readonly (readonly [
  what: string,
  facts: Partial<DatabaseFacts>,
  settings: Record<string, string>,
  told: string,
])[] = [
  ['an old version', { version: 'PostgreSQL 12.3 on x' }, {}, 'warning Version'],
  ['a standby', { isStandby: true }, {}, 'problem Writing'],
  ['a database that is read only', {}, { default_transaction_read_only: 'on' }, 'problem Writing'],
  ['another encoding', {}, { server_encoding: 'LATIN1' }, 'problem Encoding'],
  ['no flushes', {}, { fsync: 'off' }, 'problem Flushes'],
  ['torn pages', {}, { full_page_writes: 'off' }, 'problem Flushes'],
  ['commits that may be lost', {}, { synchronous_commit: 'off' }, 'problem synchronous_commit'],
  ['commits that a standby may lose', {}, { synchronous_commit: 'remote_write' }, 'warning synchronous_commit'],
  ['a standby that is waited for and not there', {}, { synchronous_standby_names: 'one' }, 'problem Standbys'],
  ['too few connections', { connections: { used: 90, max: 97 } }, {}, 'warning Connections'],
  ['a clock that is off', { clockAheadMs: -5000 }, {}, 'warning Clock'],
  ['a clock that is far off', { clockAheadMs: 90_000 }, {}, 'problem Clock'],
  ['a database far away', { roundTripMs: 80 }, {}, 'warning Distance'],
  ['a network in clear', { isEncrypted: false }, {}, 'warning Encryption'],
]

test('a sound database is found so, also one that tells little', () => {
  for (const facts of [
    SOUND,
    { ...SOUND, isRemote: false, isEncrypted: false },
    {
      ...SOUND,
      version: 'CockroachDB CCL v25.1.0 (x)',
      settings: new Map(),
      connections: undefined,
      isEncrypted: undefined,
    },
    {
      ...SOUND,
      settings: new Map([...SOUND.settings, ['synchronous_standby_names', 'one'] as const]),
      standbys: [{ name: 'one', state: 'streaming', sync: 'sync' }],
    },
  ]) {
    assert.deepEqual(
      judgeDatabase(facts).filter(({ state }) => state !== 'ok'),
      [],
    )
  }
})

for (const [what, facts, settings, told] of SICK) {
  test(`${what}: ${told}`, () => {
    const all = judgeDatabase({
      ...SOUND,
      ...facts,
      settings: new Map([...SOUND.settings, ...Object.entries(settings)]),
    })
    const found = all.filter(({ state }) => state !== 'ok')
    assert.deepEqual(
      found.map(({ state, what: name }) => `${state} ${name}`),
      [told],
    )
    assert.ok(found[0]?.advice)
  })
}
