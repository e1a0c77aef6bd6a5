import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aField, ids } from '../../../../test/support/world.ts'
import { isRefusal } from '../../errors.ts'
import type { UserId } from '../../ids.ts'
import type { FieldType } from '../../team.ts'
import type { FieldValue, Tag } from '../../user.ts'
import type { FieldInput } from '../patch.ts'
import { changeField } from './field-value.ts'

const CROWD = Array.from({ length: 26 }, (_, index) => `U0CROWD${index + 10}` as UserId)
const KNOWN = new Set<UserId>([ids.ada, ids.bob, ...CROWD])

function change(type: FieldType, input: FieldInput, present?: FieldValue) {
  return changeField(aField('Xf01', type), present, input, KNOWN)
}

const tag = (value: string, alt = ''): Tag => ({ value, alt })
const tags = (count: number): Tag[] => Array.from({ length: count }, (_, index) => tag(`t${index}`))

const SET: readonly [FieldType, FieldInput, FieldValue][] = [
  ['text', { value: 'Barista', alt: 'B' }, { value: 'Barista', alt: 'B' }],
  ['text', { value: 'Barista' }, { value: 'Barista', alt: '' }],
  ['text', { value: ' ' }, { value: ' ', alt: '' }],
  ['text', { value: '😀'.repeat(256), alt: '😀'.repeat(256) }, { value: '😀'.repeat(256), alt: '😀'.repeat(256) }],
  ['text', { value: 'a', values: [tag('b')] }, { value: 'a', alt: '' }],
  ['long_text', { value: 'x'.repeat(5000) }, { value: 'x'.repeat(5000), alt: '' }],
  ['date', { value: '2022-04-11', alt: 'spring' }, { value: '2022-04-11', alt: 'spring' }],
  ['link', { value: 'https://example.com' }, { value: 'https://example.com', alt: '' }],
  ['options_list', { value: 'Hufflepuff' }, { value: 'Hufflepuff', alt: '' }],
  ['user', { value: `${ids.ada}, ${ids.bob},${ids.ada}` }, { value: `${ids.ada},${ids.bob}`, alt: '' }],
  ['user', { value: [tag(ids.bob), tag(ids.ada)] }, { value: `${ids.bob},${ids.ada}`, alt: '' }],
  ['user', { value: CROWD.slice(0, 25).join() }, { value: CROWD.slice(0, 25).join(), alt: '' }],
  [
    'tags',
    { value: [tag('Mocha'), tag('Latte', 'milk')] },
    { value: 'Mocha,Latte', alt: '', tags: [tag('Mocha'), tag('Latte', 'milk')] },
  ],
  ['tags', { value: 'Mocha,Latte', alt: 'x' }, { value: 'Mocha,Latte', alt: 'x', tags: [tag('Mocha'), tag('Latte')] }],
  ['tags', { value: 'Old', values: [tag('New')] }, { value: 'New', alt: '', tags: [tag('New')] }],
  ['tags', { value: [tag('a'), tag('b'), tag('a', 'again')] }, { value: 'a,b', alt: '', tags: [tag('a'), tag('b')] }],
  ['tags', { value: [tag('😀'.repeat(50))] }, { value: '😀'.repeat(50), alt: '', tags: [tag('😀'.repeat(50))] }],
  [
    'tags',
    { value: tags(75) },
    {
      value: tags(75)
        .map((each) => each.value)
        .join(),
      alt: '',
      tags: tags(75),
    },
  ],
]

for (const [type, input, expected] of SET) {
  test(`${type} takes ${JSON.stringify(input).slice(0, 60)}`, () => assert.deepEqual(change(type, input), expected))
}

const PRESENT: FieldValue = { value: 'a', alt: 'b' }

test('an empty value removes a field of any type', () => {
  for (const type of ['text', 'long_text', 'date', 'link', 'options_list', 'tags', 'user'] as const) {
    assert.equal(change(type, { value: '', alt: 'x' }, PRESENT), undefined, type)
  }
  for (const type of ['tags', 'user'] as const) {
    assert.equal(change(type, { value: [] }, PRESENT), undefined)
    assert.equal(change(type, { value: [tag('')] }, PRESENT), undefined)
  }
  assert.equal(change('tags', { value: 'a', values: [] }, PRESENT), undefined)
})

test('without a value the present one stays, with the alt that was sent', () => {
  for (const type of ['text', 'tags', 'user'] as const) {
    assert.deepEqual(change(type, { alt: 'c' }, PRESENT), { value: 'a', alt: 'c' })
    assert.equal(change(type, {}, PRESENT), PRESENT)
    assert.equal(change(type, { alt: 'c' }), undefined)
  }
})

const REFUSED: readonly [FieldType, FieldInput, string, number?][] = [
  ['text', { value: 'x'.repeat(257) }, 'too_long', 256],
  ['text', { value: 'x', alt: 'x'.repeat(257) }, 'too_long', 256],
  ['text', { value: [tag('x')] }, 'profile_set_failed'],
  ['long_text', { value: 'x'.repeat(5001) }, 'too_long', 5000],
  ['date', { value: '2023-02-29' }, 'profile_set_failed'],
  ['link', { value: 'javascript:alert(1)' }, 'profile_set_failed'],
  ['options_list', { value: 'hufflepuff' }, 'profile_set_failed'],
  ['options_list', { value: [] }, 'profile_set_failed'],
  ['tags', { value: [tag('x'.repeat(51))] }, 'too_long', 50],
  ['tags', { value: [tag('x', 'x'.repeat(257))] }, 'too_long', 256],
  ['tags', { value: tags(76) }, 'profile_set_failed'],
  [
    'tags',
    {
      value: tags(76)
        .map((each) => each.value)
        .join(),
    },
    'profile_set_failed',
  ],
  ['tags', { value: [tag('a,b')] }, 'profile_set_failed'],
  ['tags', { value: [tag('a'), tag('')] }, 'profile_set_failed'],
  ['tags', { value: 'a,' }, 'profile_set_failed'],
  ['tags', { value: `a${','.repeat(100_000)}` }, 'profile_set_failed'],
  ['user', { value: CROWD.join() }, 'profile_set_failed'],
  ['user', { value: 'ada' }, 'profile_set_failed'],
  ['user', { value: 'U0NOBODY01' }, 'profile_set_failed'],
  ['user', { value: `${ids.ada},` }, 'profile_set_failed'],
  ['user', { value: ','.repeat(100_000) }, 'profile_set_failed'],
]

for (const [type, input, code, limit] of REFUSED) {
  test(`${type} refuses ${JSON.stringify(input).slice(0, 60)}`, () => {
    const refusal = change(type, input)
    if (!isRefusal(refusal)) assert.fail('accepted')
    assert.equal(refusal.refused, code)
    assert.deepEqual(refusal.detail, limit === undefined ? { field: 'Xf01' } : { limit, field: 'Xf01' })
    assert.match(refusal.messages.join(), /^Xf01/)
  })
}

test('a refusal says which of several values it means', () => {
  const refusal = change('user', { value: `${ids.ada},${ids.ada},U0NOBODY01` })
  if (!isRefusal(refusal)) assert.fail('accepted')
  assert.match(refusal.messages.join(), /value 3/)
})

test('an options_list without options takes nothing', () => {
  const field = aField('Xf01', 'options_list', { possibleValues: null })
  assert.ok(isRefusal(changeField(field, undefined, { value: 'a' }, KNOWN)))
})
