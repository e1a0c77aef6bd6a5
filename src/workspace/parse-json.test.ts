import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJson } from './parse-json.ts'

const MISTAKES: readonly (readonly [text: string, mistake: string])[] = [
  ['', 'line 1, column 1: expected a value, but the file ends'],
  ['{', 'line 1, column 2: expected "key": value, but the file ends'],
  ['{"a": 1,\n}', 'line 2, column 1: there is a comma too many before this'],
  ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: expected "," or "}"'],
  ['[1 2]', 'line 1, column 4: expected "," or "]"'],
  ['{a: 1}', 'line 1, column 2: expected "key": value'],
  ['{"a": tru}', 'line 1, column 7: expected a value'],
  ['{"a": 01}', 'line 1, column 7: expected a value'],
  ['{"a": "x}', 'line 1, column 7: a string is not closed, or has a character that must be escaped'],
  ['["\t"]', 'line 1, column 2: a string is not closed, or has a character that must be escaped'],
  ['{} {}', 'line 1, column 4: expected the end of the file'],
  ['[[[[', 'line 1, column 5: expected a value, but the file ends'],
]

for (const [text, mistake] of MISTAKES) {
  test(JSON.stringify(text), () => assert.deepEqual(parseJson(text), { mistake }))
}

test('a byte order mark is passed over', () => {
  assert.deepEqual(parseJson('\uFEFF{"a": 1}'), { value: { a: 1 } })
})

test('JSON of any kind is read as JSON.parse reads it', () => {
  fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(parseJson(text), { value: JSON.parse(text) })))
})

test('whatever JSON.parse refuses has a mistake that can be pointed at', () => {
  const broken = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '\u0000', 'x'))
  fc.assert(
    fc.property(broken, ([json, at, put]) => {
      const text = json.slice(0, at % (json.length + 1)) + put + json.slice((at % (json.length + 1)) + 1)
      const outcome = parseJson(text)
      assert.equal('mistake' in outcome, !isJson(text))
      if ('mistake' in outcome) assert.match(outcome.mistake, /^line \d+, column \d+: (?:expected|there is|a string)/)
    }),
  )
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
