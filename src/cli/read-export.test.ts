import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { temporaryFolder } from '../../test/support/server.ts'
import { ROWS_PER_PAGE, type Row, type TransferSource } from '../storage/transfer.ts'
import { CannotStart } from './cannot-start.ts'
import { readExport, readHeader } from './read-export.ts'
import { type Exported, writeExport } from './write-export.ts'

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  teams: [['T1', '{"name":"Zoë\\n"}']],
  users: Array.from({ length: 1200 }, (_, at) => ['T1', `U${at + 1000}`, at, null, 0, 0, 'zoë', 1, '{}']),
  notes: [['token-key', 'abc']],
}
const FACTS = { madeAt: '2026-01-15T10:00:00.000Z', version: '0.1.0', keyCheck: 'abc', counts: { users: 1200 } }

function source(rows: typeof ROWS = ROWS): TransferSource {
  return {
    count: async () => ({}),
    findNote: async () => undefined,
    async *pages({ name }) {
      const all = rows[name] ?? []
      for (let start = 0; start < all.length; start += 500) yield all.slice(start, start + 500)
    },
    close: async () => {},
  }
}

async function write(t: TestContext, zip = false): Promise<{ path: string; exported: Exported }> {
  const path = join(temporaryFolder(t), 'export')
  return { path, exported: await writeExport(path, source(), { facts: FACTS, zip }) }
}

async function read(path: string) {
  const rows: Record<string, Row[]> = {}
  const pages: number[] = []
  const end = await readExport(path, {
    begin: async () => {},
    take: async ({ name }, page) => {
      pages.push(page.length)
      rows[name] = [...(rows[name] ?? []), ...page]
    },
  })
  return { rows, pages, end }
}

for (const zip of [false, true]) {
  test(`what was written is read again, a page at a time${zip ? ', compressed' : ''}`, async (t) => {
    const { path, exported } = await write(t, zip)
    const { rows, pages, end } = await read(path)
    assert.deepEqual(rows, ROWS)
    assert.deepEqual(pages, [1, ...Array(6).fill(ROWS_PER_PAGE), 1])
    assert.deepEqual(end.digests, exported.digests)
    assert.deepEqual(exported.counts, {
      teams: 1,
      users: 1200,
      tokens: 0,
      log: 0,
      cursors: 0,
      undelivered: 0,
      notes: 1,
    })
    const { madeAt, version, keyCheck, counts } = await readHeader(path)
    assert.deepEqual({ madeAt, version, keyCheck, counts }, FACTS)
  })
}

test('the same rows give the same digest, and any other row another', async (t) => {
  const { exported } = await write(t)
  const again = await write(t, true)
  assert.deepEqual(again.exported.digests, exported.digests)
  const other = await writeExport(
    join(temporaryFolder(t), 'export'),
    source({ ...ROWS, notes: [['token-key', 'abd']] }),
    {
      facts: FACTS,
      zip: false,
    },
  )
  assert.notEqual(other.digests.notes, exported.digests.notes)
  assert.equal(other.digests.users, exported.digests.users)
})

test('an export that is cut off anywhere is never taken for a whole one', async (t) => {
  for (const zip of [false, true]) {
    const { path } = await write(t, zip)
    const whole = readFileSync(path)
    for (let cut = 0; cut < whole.length; cut += Math.ceil(whole.length / 40)) {
      writeFileSync(path, whole.subarray(0, cut))
      await assert.rejects(
        read(path),
        (error) => error instanceof CannotStart && /is cut off|no export|damaged/.test(error.message),
      )
    }
    // Of a compressed file the last bytes hold a sum of their own, and the rows are whole without it.
    writeFileSync(path, whole.subarray(0, whole.length - (zip ? 20 : 1)))
    await assert.rejects(read(path), CannotStart)
  }
})

const SPOILT: readonly (readonly [name: string, spoil: (lines: string[]) => string[]])[] = [
  ['a changed letter', (lines) => lines.with(5, (lines[5] ?? '').replace('zoë', 'zoe'))],
  ['a changed number in the header', ([head = '', ...others]) => [head.replace('1200', '1201'), ...others]],
  ['a missing row', (lines) => lines.toSpliced(7, 1)],
  ['a row twice', (lines) => lines.toSpliced(7, 0, lines[7] ?? '')],
  ['rows in another order', (lines) => lines.with(7, lines[8] ?? '').with(8, lines[7] ?? '')],
  ['a row behind the end', (lines) => [...lines, lines[7] ?? '']],
  ['a table out of its order', (lines) => lines.toSpliced(9, 0, '["teams","T2","{}"]')],
  ['a table that nobody knows', (lines) => lines.with(7, '["secrets","a"]')],
  ['a row that is too short', (lines) => lines.with(7, '["users","T1"]')],
  ['a value that is none', (lines) => lines.with(1, '["teams","T1",{}]')],
  ['a fraction', (lines) => lines.with(2, (lines[2] ?? '').replace(',0,', ',0.5,'))],
  ['a line that is no JSON', (lines) => lines.with(7, '["users"')],
  ['an empty line', (lines) => lines.toSpliced(7, 0, '')],
]

for (const [name, spoil] of SPOILT) {
  test(`${name} is told as damage`, async (t) => {
    const { path } = await write(t)
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    writeFileSync(path, `${spoil(lines).join('\n')}\n`)
    await assert.rejects(
      read(path),
      (error: Error) => error instanceof CannotStart && /is damaged at line \d+\.$/.test(error.message),
    )
  })
}

test('what is no export, or one of a format to come, is refused in a sentence', async (t) => {
  const { path } = await write(t)
  const [head = ''] = readFileSync(path, 'utf8').split('\n')
  for (const [text, sentence] of [
    ['hello\n', `${path} is no export of Nametag.`],
    ['{"nametag":"workspace"}\n', `${path} is no export of Nametag.`],
    ['[]\n', `${path} is no export of Nametag.`],
    ['', `${path} is no export of Nametag.`],
    [
      `${head.replace('"format":1', '"format":2')}\n`,
      `${path} was made by Nametag 0.1.0, whose exports this version cannot read.`,
    ],
    [
      `${head.replace('"team_id","body"', '"team_id"')}\n`,
      `${path} was made by Nametag 0.1.0, whose exports this version cannot read.`,
    ],
  ] as const) {
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      writeFileSync(path, bytes)
      await assert.rejects(readHeader(path), new CannotStart(sentence))
    }
  }
  await assert.rejects(readHeader(`${path}2`), /cannot be read: ENOENT/)
})
