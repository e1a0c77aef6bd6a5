import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../test/support/server.ts'
import { parseCsv, readCsv } from './read-csv.ts'

const PEOPLE = {
  columns: ['id', 'title'],
  rows: [
    { row: 2, cells: ['U01', 'Head,\nbarista; "chief"'] },
    { row: 4, cells: ['U02', ''] },
  ],
}

for (const [sign, name] of [
  [',', 'commas'],
  [';', 'semicolons'],
  ['\t', 'tabs'],
] as const) {
  test(`${name} part the cells; quotes hold what parts them elsewhere`, () => {
    const text = `id${sign}title\r\nU01${sign}"Head,\nbarista; ""chief"""\r\n${sign}\r\n U02 ${sign}\r\n`
    assert.deepEqual(parseCsv(text, 'p.csv'), PEOPLE)
  })
}

test('a byte order mark is no part of the first name, and other encodings are refused', (t) => {
  const path = join(temporaryFolder(t), 'p.csv')
  writeFileSync(path, '\ufeffid,title\nU01,Rôtisseur\n')
  assert.deepEqual(readCsv(path), { columns: ['id', 'title'], rows: [{ row: 2, cells: ['U01', 'Rôtisseur'] }] })
  writeFileSync(path, Buffer.from('id,title\nU01,Rôtisseur\n', 'latin1'))
  assert.throws(() => readCsv(path), /is not UTF-8/)
})

const WRONG: readonly (readonly [text: string, sentence: RegExp])[] = [
  ['', /is empty/],
  ['id,title\n', /names no people/],
  ['id,title\n,\n', /names no people/],
  ['id,,title\nU01,a,b\n', /column 2 has no name/],
  ['id,title,title\nU01,a,b\n', /two columns are called "title"/],
  ['id,title\nU01,a\nU02,a,b\n', /row 3: 3 cells where there are 2 columns/],
  ['id,title\nU01,"a\n', /is no CSV/],
  ['id,title\nU01,a"b\n', /is no CSV/],
]
for (const [text, sentence] of WRONG) {
  test(`${JSON.stringify(text)} is refused`, () => assert.throws(() => parseCsv(text, 'p.csv'), sentence))
}
