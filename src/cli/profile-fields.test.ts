import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSame, type Target } from './profile-fields.ts'

const target = (key: string, type = 'text'): Target => ({ key, label: key, isField: key.startsWith('Xf'), type })

const SAME: readonly (readonly [one: string, other: string, target: Target, isSame: boolean])[] = [
  ['R&amp;D &lt;x&gt;', 'R&D <x>', target('title'), true],
  ['&amp;lt;', '&lt;', target('title'), true],
  ['Cook', 'cook', target('title'), false],
  ['Mel@coffee.example', 'mel@coffee.example', target('email'), true],
  ['a,b', ' a , b,', target('Xf01', 'tags'), true],
  ['a,b', 'b,a', target('Xf01', 'tags'), false],
  ['a, b', 'a,b', target('Xf01'), false],
]
for (const [one, other, where, expected] of SAME) {
  test(`${one} ${expected ? 'is' : 'is not'} ${other} as ${where.key} ${where.type}`, () => {
    assert.equal(isSame(one, other, where), expected)
  })
}
