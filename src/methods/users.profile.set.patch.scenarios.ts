import { scenarios } from '../../test/support/scenario.ts'
import { ids } from '../../test/support/world.ts'

const set = (profile: unknown) => ({ as: 'xoxp-mel', args: { profile } })
const changed = [`user_change ${ids.mel}`, `user_profile_changed ${ids.mel}`]

/** What is read of a profile: docs/decisions/0001 to 0007 and 0023. */
export const patchScenarios = scenarios('users.profile.set', [
  {
    name: 'a profile beats name and value, which are said to be ignored',
    call: { as: 'xoxp-mel', args: { profile: { title: 'Barista' }, name: 'title', value: 'Boss' } },
    expect: { ok: true, profile: { title: 'Barista' } },
    message: 'name',
    events: changed,
  },
  {
    name: 'neither profile nor name is no profile',
    call: { as: 'xoxp-mel' },
    expect: { ok: false, error: 'invalid_profile' },
  },
  {
    name: 'a name without a value clears',
    before: [set({ title: 'Barista' })],
    call: { as: 'xoxp-mel', args: { name: 'title' } },
    expect: { ok: true, profile: { title: '' } },
    events: changed,
  },
  {
    name: 'a profile may be JSON text inside JSON',
    call: set('{"title":"Barista"}'),
    expect: { ok: true, profile: { title: 'Barista' } },
    events: changed,
  },
  {
    name: 'a profile that is no JSON is refused',
    call: set('{title'),
    expect: { ok: false, error: 'invalid_profile' },
  },
  {
    name: 'a profile that is a list is refused',
    call: set(['title']),
    expect: { ok: false, error: 'invalid_profile' },
  },
  { name: 'a profile that is a number is refused', call: set(7), expect: { ok: false, error: 'invalid_profile' } },
  { name: 'an empty profile changes nothing', call: set({}), expect: { ok: true, username: 'mel' } },
  { name: 'null is a key that was not sent', call: set({ title: null }), expect: { ok: true } },
  {
    name: 'numbers and booleans become text',
    call: set({ title: 42, phone: true }),
    expect: { ok: true, profile: { title: '42', phone: 'true' } },
    events: changed,
  },
  {
    name: 'an object where text is due is refused',
    call: set({ title: { text: 'Barista' } }),
    expect: { ok: false, error: 'profile_set_failed', field: 'title' },
  },
  {
    name: 'read-only and unknown keys are ignored and named',
    call: set({ title: 'Barista', skype: 'me', image_24: 'x', avatar_hash: 'x', is_admin: true, always_active: false }),
    expect: { ok: true, profile: { title: 'Barista', skype: '' } },
    message: 'avatar_hash',
    events: changed,
  },
  {
    name: 'keys of every object are ignored like any other',
    call: {
      as: 'xoxp-mel',
      args: { profile: '{"__proto__":{"title":"x"},"constructor":1,"toString":2,"title":"Barista"}' },
    },
    expect: { ok: true, profile: { title: 'Barista' } },
    events: changed,
  },
  {
    name: 'fifty-one keys are too many',
    call: set(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`key${n}`, 'x']))),
    expect: { ok: false, error: 'invalid_profile' },
  },
  {
    name: 'a key of 256 characters is too long',
    call: set({ ['k'.repeat(256)]: 'x' }),
    expect: { ok: false, error: 'invalid_profile' },
  },
  {
    name: 'half a surrogate pair is no text',
    call: { as: 'xoxp-mel', args: { profile: '{"title":"\\ud83d"}' } },
    expect: { ok: false, error: 'invalid_profile' },
  },
  { name: 'NUL is no text', call: set({ title: 'a\u0000b' }), expect: { ok: false, error: 'invalid_profile' } },
  {
    name: 'an infinite number is no text',
    call: { as: 'xoxp-mel', args: { profile: '{"title":1e400}' } },
    expect: { ok: false, error: 'profile_set_failed', field: 'title' },
  },
  {
    name: 'an out-of-office message of 1,001 characters is refused',
    call: set({ ooo_message: 'x'.repeat(1001) }),
    expect: { ok: false, error: 'invalid_ooo_message' },
  },
  {
    name: 'an out-of-office message is text',
    call: set({ ooo_message: { text: 'away' } }),
    expect: { ok: false, error: 'invalid_ooo_message' },
  },
  {
    name: 'an array argument is refused',
    call: { as: 'xoxp-mel', by: 'form', body: 'profile[title]=Barista' },
    expect: { ok: false, error: 'invalid_array_arg' },
  },
  {
    name: 'the status and the rest in one call tell of both',
    call: set({ title: 'Barista', status_text: 'brewing', status_emoji: ':coffee:' }),
    expect: { ok: true },
    events: [`user_change ${ids.mel}`, `user_profile_changed ${ids.mel}`, `user_status_changed ${ids.mel}`],
  },
])
