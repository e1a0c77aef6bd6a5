import { scenarios } from '../../test/support/scenario.ts'
import { ids } from '../../test/support/world.ts'

const set = (profile: object) => ({ as: 'xoxp-mel', args: { profile } })
const changed = [`user_change ${ids.mel}`, `user_profile_changed ${ids.mel}`]

/** Names and the other core keys: docs/decisions/0008, 0015 to 0018. */
export const nameScenarios = scenarios('users.profile.set', [
  {
    name: 'a real name of two words sets both halves',
    call: set({ real_name: 'John Smith' }),
    expect: { ok: true, profile: { real_name: 'John Smith', first_name: 'John', last_name: 'Smith' } },
    events: changed,
  },
  {
    name: 'a real name of one word clears the last name',
    call: set({ real_name: 'Madonna' }),
    expect: { ok: true, profile: { real_name: 'Madonna', first_name: 'Madonna', last_name: '' } },
    events: changed,
  },
  {
    name: 'of a real name of three words the last is the last name',
    call: set({ real_name: 'Juan Carlos Bodoque' }),
    expect: { ok: true, profile: { first_name: 'Juan Carlos', last_name: 'Bodoque' } },
    events: changed,
  },
  {
    name: 'a first name alone changes the first half of the real name',
    call: { as: 'xoxp-mel', args: { name: 'first_name', value: 'John' } },
    expect: { ok: true, profile: { real_name: 'John Member', first_name: 'John', last_name: 'Member' } },
    events: changed,
  },
  {
    name: 'a last name alone changes the second half of the real name',
    call: set({ last_name: 'Smith' }),
    expect: { ok: true, profile: { real_name: 'Mel Smith', last_name: 'Smith' } },
    events: changed,
  },
  {
    name: 'an empty real name empties both halves',
    call: set({ real_name: '' }),
    expect: { ok: true, profile: { real_name: '', first_name: '', last_name: '' } },
    events: changed,
  },
  {
    name: 'a half that differs wins over the real name beside it',
    call: set({ real_name: 'John Smith', first_name: 'Jack', last_name: 'Member' }),
    expect: { ok: true, profile: { first_name: 'Jack', last_name: 'Smith', real_name: 'Jack Smith' } },
    events: changed,
  },
  {
    name: 'marks are taken out of normalised names, letters stay',
    call: set({ real_name: 'Rishi हिन्दी', display_name: 'Zoë' }),
    expect: {
      ok: true,
      profile: { real_name_normalized: 'Rishi हनद', display_name: 'Zoë', display_name_normalized: 'Zoe' },
    },
    events: changed,
  },
  {
    name: 'title, phone, pronouns and start date are set as given',
    call: set({ title: ' Head of <Coffee> & Co ', phone: 'ext. 5', pronouns: 'she/her', start_date: '2022-03-21' }),
    expect: {
      ok: true,
      profile: { title: ' Head of <Coffee> & Co ', phone: 'ext. 5', pronouns: 'she/her', start_date: '2022-03-21' },
    },
    events: changed,
  },
  {
    name: 'pronouns that were cleared are no key any more',
    before: [set({ pronouns: 'she/her' })],
    call: set({ pronouns: '' }),
    expect: { ok: true, profile: { pronouns: undefined } },
    events: changed,
  },
  {
    name: 'a start date is a day of the calendar',
    call: set({ start_date: '2022-02-30' }),
    expect: { ok: false, error: 'profile_set_failed', field: 'start_date' },
  },
  {
    name: 'slackbot is no first name',
    call: set({ first_name: 'SlackBot' }),
    expect: { ok: false, error: 'reserved_name' },
  },
  {
    name: 'slackbot is no last name, even inside a real name',
    call: set({ real_name: 'Mister slackbot' }),
    expect: { ok: false, error: 'reserved_name' },
  },
  {
    name: 'a name does not start with @',
    call: set({ display_name: '@mel' }),
    expect: { ok: false, error: 'invalid_starts_with_at' },
  },
  {
    name: 'a name has no address in it',
    call: set({ real_name: 'Visit https://example.com' }),
    expect: { ok: false, error: 'name_not_allowed' },
  },
  {
    name: 'a name has no www address in it',
    call: set({ display_name: 'www.example.com' }),
    expect: { ok: false, error: 'name_not_allowed' },
  },
  {
    name: 'a name has no emoji character in it',
    call: set({ display_name: 'Mel 🚆' }),
    expect: { ok: false, error: 'invalid_emoji_not_allowed' },
  },
  {
    name: 'a name has no emoji name in it',
    call: set({ first_name: 'Mel :party_parrot:' }),
    expect: { ok: false, error: 'invalid_emoji_not_allowed' },
  },
  {
    name: 'a display name of 81 characters is too long',
    call: set({ display_name: 'x'.repeat(81) }),
    expect: { ok: false, error: 'too_long', limit: 80, field: 'display_name' },
  },
  {
    name: 'a real name of 51 characters is too long',
    call: set({ real_name: `${'x'.repeat(30)} ${'y'.repeat(20)}` }),
    expect: { ok: false, error: 'too_long', limit: 50, field: 'real_name' },
  },
  {
    name: 'a first name of 36 characters is too long',
    call: set({ first_name: 'x'.repeat(36) }),
    expect: { ok: false, error: 'too_long', limit: 35, field: 'first_name' },
  },
  {
    name: 'a title of 256 characters is too long',
    call: set({ title: 'x'.repeat(256) }),
    expect: { ok: false, error: 'too_long', limit: 255, field: 'title' },
  },
  {
    name: 'the present username cannot be set again',
    call: { as: 'xoxp-mel', args: { name: 'username', value: 'mel' } },
    expect: { ok: false, error: 'username_same' },
  },
  {
    name: 'another username is ignored and said to be',
    call: { as: 'xoxp-mel', args: { name: 'username', value: 'melanie' } },
    expect: { ok: true, username: 'mel' },
    message: 'username',
  },
])
