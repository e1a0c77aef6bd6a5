import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_SETTINGS } from '../team.ts'
import type { ProfilePatch } from './patch.ts'
import { withoutUneditable } from './uneditable.ts'

const WHOLE: ProfilePatch = {
  core: {
    real_name: 'Ada King',
    first_name: 'Ada',
    last_name: 'King',
    display_name: 'ada',
    title: 'Countess',
    phone: '1',
    pronouns: 'she/her',
    email: 'ada@coffee.example',
    start_date: '2024-12-10',
    status_text: 'riding',
    status_emoji: ':train:',
  },
  statusExpiration: 5,
  fields: new Map(),
  notices: ['of before'],
  mentionedUserIds: [],
}

const close = (...uneditableFields: string[]) => ({ ...DEFAULT_SETTINGS, uneditableFields })
const STATUS = ['status_text', 'status_emoji', 'status_expiration']

const CLOSED: readonly (readonly [key: string, closes: readonly string[]])[] = [
  ['title', ['title']],
  ['display_name', ['display_name']],
  ['email', ['email']],
  ['real_name', ['real_name', 'first_name', 'last_name']],
  ['first_name', ['real_name', 'first_name']],
  ['last_name', ['real_name', 'last_name']],
  ['status_text', STATUS],
  ['status_emoji', STATUS],
  ['status_expiration', ['status_expiration']],
]

for (const [key, closes] of CLOSED) {
  test(`closing ${key} closes ${closes.join(', ')} and nothing else`, () => {
    const { core, statusExpiration, notices } = withoutUneditable(WHOLE, close(key))
    const kept = Object.entries(WHOLE.core).filter(([name]) => !closes.includes(name))
    assert.deepEqual(core, Object.fromEntries(kept))
    assert.equal(statusExpiration, closes.includes('status_expiration') ? undefined : 5)
    const named = closes.map((name) => `\`${name}\``).join(', ')
    assert.deepEqual(notices, ['of before', `Ignored, because the team has closed them to changes: ${named}.`])
  })
}

test('a patch without a closed key stays the object that it is', () => {
  assert.equal(withoutUneditable(WHOLE, DEFAULT_SETTINGS), WHOLE)
  const { statusExpiration: _, ...rest } = WHOLE
  const titleAlone = { ...rest, core: { title: 'Countess' } }
  assert.equal(withoutUneditable(titleAlone, close('phone', 'real_name', 'status_text')), titleAlone)
})
