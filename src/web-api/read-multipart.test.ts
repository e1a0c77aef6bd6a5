import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isRefusal } from '../domain/errors.ts'
import { readMultipart } from './read-multipart.ts'

const TYPE = 'multipart/form-data; boundary=b'

async function read(lines: readonly string[], contentType = TYPE) {
  const read = await readMultipart(Buffer.from(lines.join('\r\n')), contentType)
  return isRefusal(read) ? read.refused : Object.fromEntries(read)
}

const field = (name: string, value: string) => ['--b', `Content-Disposition: form-data; name="${name}"`, '', value]
const END = ['--b--', '']

describe('a multipart form', () => {
  test('has its fields by name', async () => {
    assert.deepEqual(await read([...field('a', '1'), ...field('c', 'two\r\nlines'), ...field('e', ''), ...END]), {
      a: '1',
      c: 'two\r\nlines',
      e: '',
    })
  })

  test('may quote its boundary and write headers in any case', async () => {
    const part = ['--a b', 'content-type: text/plain', 'CONTENT-DISPOSITION: form-data; name="x"', '', 'é', '--a b--']
    assert.deepEqual(await read([...part, ''], 'multipart/form-data; charset=utf-8; boundary="a b"'), { x: 'é' })
  })

  test('may be empty', async () => {
    assert.deepEqual(await read(['--b--']), {})
  })

  test('keeps the last of two values, and passes files over', async () => {
    const file = ['--b', 'content-disposition: form-data; name="image"; filename="me.png"', '', '\u0000PNG']
    assert.deepEqual(await read([...field('a', '1'), ...file, ...field('a', '2'), ...END]), { a: '2' })
  })

  test('takes two hundred parts and no more', async () => {
    const parts = (count: number) => Array.from({ length: count }, (_, index) => field(`a${index}`, '')).flat()
    assert.equal(Object.keys(await read([...parts(200), ...END])).length, 200)
    assert.equal(await read([...parts(201), ...END]), 'invalid_form_data')
  })

  const BROKEN: readonly (readonly [why: string, lines: readonly string[], contentType?: string])[] = [
    ['without a boundary in its type', [...field('a', '1'), ...END], 'multipart/form-data'],
    ['with an empty boundary', ['--', '', '', '----'], 'multipart/form-data; boundary=""'],
    ['with another boundary', ['--c', 'content-disposition: form-data; name="a"', '', '1', '--c--']],
    ['cut short in a value', field('a', '1')],
    ['cut short in the headers', ['--b', 'content-disp']],
    ['without an empty line', ['--b', 'content-disposition: form-data; name="a"', ...END]],
    ['with a nameless part', ['--b', 'content-disposition: form-data', '', '1', ...END]],
    ['of nothing', []],
  ]
  for (const [why, lines, contentType] of BROKEN) {
    test(`${why} cannot be read`, async () => assert.equal(await read(lines, contentType), 'invalid_form_data'))
  }

  test('with bytes that are no UTF-8 cannot be read', async () => {
    const body = Buffer.concat([
      Buffer.from(field('a', '').join('\r\n')),
      Buffer.from([0xff]),
      Buffer.from('\r\n--b--'),
    ])
    const read = await readMultipart(body, TYPE)
    assert.ok(isRefusal(read) && read.refused === 'invalid_form_data')
  })

  test('has such bytes in a file alone', async () => {
    const readLatin1 = async (title: string) => {
      const file = ['--b', 'content-disposition: form-data; name="image"; filename="me.png"', '', '\xff\xd8\xff']
      const lines = [...file, ...field('title', title), ...END]
      const read = await readMultipart(Buffer.from(lines.join('\r\n'), 'latin1'), TYPE)
      return isRefusal(read) ? read.refused : Object.fromEntries(read)
    }
    assert.deepEqual(await readLatin1('Cafe'), { title: 'Cafe' })
    assert.equal(await readLatin1('Caf\xe9'), 'invalid_form_data')
  })

  test('names its fields as every call does', async () => {
    assert.equal(await read([...field('a[]', '1'), ...END]), 'invalid_array_arg')
    assert.equal(await read([...field('a b', '1'), ...END]), 'invalid_arg_name')
  })
})
