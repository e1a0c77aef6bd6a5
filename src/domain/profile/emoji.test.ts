import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { containsEmoji, hasEmojiSyntax, resolveEmoji, standardEmoji } from './emoji.ts'

const TEAM = new Map([
  ['party_parrot', 'https://emoji.example/pp.gif'],
  ['pp', 'alias:party_parrot'],
  ['ppp', 'alias:pp'],
  ['shipit', 'alias:squirrel'],
  ['hello', 'alias:wave'],
  ['ping', 'alias:pong'],
  ['pong', 'alias:ping'],
  ['self', 'alias:self'],
  ['lost', 'alias:nowhere'],
  ...Array.from({ length: 12 }, (_, index): [string, string] => [`hop${index}`, `alias:hop${index + 1}`]),
  ['hop12', 'https://emoji.example/hop.png'],
])

interface Datum {
  readonly unified: string
  readonly short_names: readonly string[]
  readonly skin_variations?: Readonly<Record<string, { readonly unified: string }>>
}
const DATA: readonly Datum[] = createRequire(import.meta.url)('emoji-datasource/emoji.json')
const TONES = ['1F3FB', '1F3FC', '1F3FD', '1F3FE', '1F3FF']

test('every short name of the data, with every skin tone it takes, is known by the same code points', () => {
  let checked = 0
  for (const { unified, short_names, skin_variations = {} } of DATA) {
    for (const name of short_names) {
      assert.equal(standardEmoji(name)?.unicode, unified.toLowerCase())
      for (const [tones, variation] of Object.entries(skin_variations)) {
        const digits = tones.split('-').map((tone) => TONES.indexOf(tone) + 2)
        assert.equal(standardEmoji(`${name}::skin-tone-${digits.join('-')}`)?.unicode, variation.unified.toLowerCase())
        checked += 1
      }
    }
  }
  assert.ok(checked > 1500)
})

test('names that every Slack team has are known too', () => {
  for (const [name, unicode] of [
    ['squirrel', '1f43f-fe0f'],
    ['simple_smile', '1f642'],
    ['white_square', '2b1c'],
    ['black_square', '2b1b'],
    ['pride', '1f3f3-fe0f-200d-1f308'],
  ] as const) {
    assert.equal(standardEmoji(name)?.unicode, unicode)
  }
})

test('what the data does not have is no standard emoji', () => {
  for (const name of [
    '',
    'no_such',
    'constructor',
    '__proto__',
    'train::skin-tone-2',
    'wave::skin-tone-1',
    'wave::skin-tone-7',
    'wave::skin-tone-2-3',
    'wave::skin-tone-',
    'wave::skin-tone-2::skin-tone-3',
    '::skin-tone-2',
    'A',
    '1f44b',
  ]) {
    assert.equal(standardEmoji(name), undefined, name)
  }
})

test('display information of standard, custom and alias emoji', () => {
  const pictures = 'https://a.slack-edge.com/production-standard-emoji-assets/14.0/apple-large'
  assert.deepEqual(resolveEmoji(':palm_tree:', TEAM), {
    emoji_name: 'palm_tree',
    display_url: `${pictures}/1f334.png`,
    unicode: '1f334',
  })
  assert.deepEqual(resolveEmoji(':party_parrot:', TEAM), {
    emoji_name: 'party_parrot',
    display_url: 'https://emoji.example/pp.gif',
  })
  assert.deepEqual(resolveEmoji(':ppp:', TEAM), {
    emoji_name: 'ppp',
    display_url: 'https://emoji.example/pp.gif',
    display_alias: 'party_parrot',
  })
  assert.deepEqual(resolveEmoji(':hello::skin-tone-4:', TEAM), {
    emoji_name: 'hello::skin-tone-4',
    display_url: `${pictures}/1f44b-1f3fd.png`,
    unicode: '1f44b-1f3fd',
    display_alias: 'wave::skin-tone-4',
  })
  assert.equal(resolveEmoji(':shipit:', TEAM)?.display_alias, 'squirrel')
})

test('aliases that lead nowhere, in circles or too far are no emoji', () => {
  for (const name of ['ping', 'self', 'lost', 'hop0', 'party_parrot::skin-tone-2', 'nobody']) {
    assert.equal(resolveEmoji(`:${name}:`, TEAM), undefined, name)
  }
  assert.ok(resolveEmoji(':hop4:', TEAM))
})

test('syntax', () => {
  for (const text of ['::', ':a:', ':+1:', ':wave::skin-tone-2:', ':wave::skin-tone-9:', ':nosuch:']) {
    assert.equal(hasEmojiSyntax(text), true, text)
  }
  for (const text of [
    '',
    ':',
    'train',
    '🚆',
    ':train',
    'train:',
    ':a b:',
    ':a:b:',
    ':a::b:',
    ' :a:',
    ':a: ',
    ':a:\n',
    ':::',
  ]) {
    assert.equal(hasEmojiSyntax(text), false, text)
  }
})

test('names with an emoji', () => {
  for (const text of [
    '😀',
    'a ❤️',
    '❤',
    '🇬🇧',
    '1️⃣',
    '#️⃣',
    '©️',
    '👩‍🚀',
    '🏽',
    ':train:',
    'a:train:',
    'x:y:train:',
    'x:pp:',
    ':wave::skin-tone-2:',
  ]) {
    assert.equal(containsEmoji(text, TEAM), true, text)
  }
  for (const text of [
    '',
    'Ada',
    '1',
    '#',
    '*',
    '©',
    '®',
    '™',
    '12:30:45',
    ':nobody:',
    ':lost:',
    'train',
    ':train',
    'a:b',
    'Zoë 汉语 هالة',
    ':'.repeat(80),
  ]) {
    assert.equal(containsEmoji(text, TEAM), false, text)
  }
})
