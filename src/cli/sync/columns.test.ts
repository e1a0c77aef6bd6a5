import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '../profile-fields.ts'
import { readColumns } from './columns.ts'
import { readPeople } from './people.ts'

const field = (key: string, label: string, type = 'text'): Target => ({ key, label, isField: true, type })
const FIELDS = [field('Xf01', 'Role'), field('Xf02', 'Skills', 'tags'), field('Xf03', 'Phone'), field('Xf04', 'a=b')]
const read = (columns: string[], more: Partial<Parameters<typeof readColumns>[0]> = {}) =>
  readColumns({ columns, key: null, map: [], fields: FIELDS, ...more })
const keys = (...sent: Parameters<typeof read>) => read(...sent).written.map(({ target }) => target.key)

test('columns are found by key, by id and by label, whatever their case and spaces', () => {
  assert.deepEqual(keys(['First name', 'ID', 'display-name', 'Xf01', 'SKILLS', 'E-mail']), [
    'first_name',
    'display_name',
    'Xf01',
    'Xf02',
    'email',
  ])
})

test('the key is an id where there is one, and what --key says', () => {
  assert.equal(read(['email', 'user_id', 'title']).key, 'id')
  assert.equal(read(['title', 'email']).keyColumn, 1)
  assert.equal(read(['id', 'email', 'title'], { key: 'email', map: ['id='] }).keyColumn, 1)
})

test('--map names, leaves out and takes names with =', () => {
  const map = ['Job=title', 'Notes=', 'x=y=pronouns', 'Tel=Phone', 'Sum=a=b']
  assert.deepEqual(keys(['id', 'Job', 'Notes', 'x=y', 'Tel', 'Sum'], { map }), ['title', 'pronouns', 'Xf03', 'Xf04'])
})

const WRONG: readonly (readonly [columns: string[], sentence: RegExp, map?: string[]])[] = [
  [['title'], /No column tells people apart/],
  [['id'], /No column holds anything to write/],
  [['id', 'titel'], /"titel": there is no field "titel"; did you mean "title"\?/],
  [['id', 'Phone'], /"Phone": it may be any of phone, Xf03/],
  [['id', 'Role', 'Job'], /"Role" and "Job" both mean Xf01/, ['Job=Xf01']],
  [['id', 'title'], /--map "Job=title" must be COLUMN=KEY, with a column of the file/, ['Job=title']],
  [['id', 'Job'], /there is no field "skype"/, ['Job=skype']],
]
for (const [columns, sentence, map = []] of WRONG) {
  test(`${columns} ${map} is refused`, () => assert.throws(() => read(columns, { map }), sentence))
}

test('labels that two fields share are told with their ids', () => {
  const fields = [field('Xf01', 'Role'), field('Xf02', 'role')]
  assert.throws(() => read(['id', 'ROLE'], { fields }), /may be any of Xf01 \(Role\), Xf02 \(role\)/)
  assert.deepEqual(keys(['id', 'role'], { fields }), ['Xf02'])
})

const rows = (...cells: string[][]) => cells.map((row, index) => ({ row: index + 2, cells: row }))

test('people who stand there twice or are no people are refused together', () => {
  const columns = read(['id', 'title'])
  const file = { columns: ['id', 'title'], rows: rows(['U01', 'a'], ['U02', 'b'], ['U01', 'c'], ['mel', 'd']) }
  assert.throws(
    () => readPeople(file, columns, false),
    /row 4: "U01" stands in row 2 already\n.*row 5: "mel" is no user id/,
  )
})

test('an empty cell is left alone unless it is to clear', () => {
  const columns = read(['id', 'title', 'Skills'])
  const file = { columns: [], rows: rows(['U01', '', ' a , b']) }
  const wanted = (clearEmpty: boolean) =>
    readPeople(file, columns, clearEmpty)[0]?.wanted.map(({ target, value }) => [target.key, value])
  assert.deepEqual(wanted(false), [['Xf02', 'a,b']])
  assert.deepEqual(wanted(true), [
    ['title', ''],
    ['Xf02', 'a,b'],
  ])
})
