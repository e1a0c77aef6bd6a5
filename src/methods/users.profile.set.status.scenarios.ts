import { scenarios } from '../../test/support/scenario.ts'
import { ids, NOW_SECONDS, withTeam, withUser } from '../../test/support/world.ts'

const set = (profile: object) => ({ as: 'xoxp-mel', args: { profile } })
const changed = [`user_change ${ids.mel}`, `user_status_changed ${ids.mel}`]
const busy = withUser('mel', (user) => ({
  ...user,
  profile: {
    ...user.profile,
    status: { text: 'In a call', emoji: ':telephone_receiver:', expiration: NOW_SECONDS + 600 },
  },
}))

/** Status: docs/decisions/0025 to 0027. */
export const statusScenarios = scenarios('users.profile.set', [
  {
    name: 'a status has text, emoji and expiration',
    call: set({ status_text: 'riding a train', status_emoji: ':train:', status_expiration: NOW_SECONDS + 60 }),
    expect: {
      ok: true,
      username: 'mel',
      profile: {
        status_text: 'riding a train',
        status_emoji: ':train:',
        status_expiration: NOW_SECONDS + 60,
        status_text_canonical: '',
      },
    },
    events: changed,
  },
  {
    name: 'a standard emoji has its display information',
    call: set({ status_text: 'riding', status_emoji: ':palm_tree:' }),
    expect: {
      ok: true,
      profile: {
        status_emoji_display_info: [
          {
            emoji_name: 'palm_tree',
            display_url: 'https://a.slack-edge.com/production-standard-emoji-assets/14.0/apple-large/1f334.png',
            unicode: '1f334',
          },
        ],
      },
    },
    events: changed,
  },
  {
    name: 'a custom emoji of the team can be used',
    call: set({ status_text: 'party', status_emoji: ':party_parrot:' }),
    expect: { ok: true, profile: { status_emoji: ':party_parrot:' } },
    events: changed,
  },
  {
    name: 'an alias of a custom emoji can be used',
    call: set({ status_text: 'ship', status_emoji: ':shipit:' }),
    expect: { ok: true, profile: { status_emoji: ':shipit:' } },
    events: changed,
  },
  {
    name: 'an emoji can have a skin tone',
    call: set({ status_text: 'hi', status_emoji: ':wave::skin-tone-3:' }),
    expect: { ok: true, profile: { status_emoji: ':wave::skin-tone-3:' } },
    events: changed,
  },
  {
    name: 'text without an emoji gets a speech balloon',
    call: set({ status_text: 'thinking' }),
    expect: { ok: true, profile: { status_text: 'thinking', status_emoji: ':speech_balloon:', status_expiration: 0 } },
    events: changed,
  },
  {
    name: 'text with an empty emoji gets a speech balloon',
    call: set({ status_text: 'thinking', status_emoji: '' }),
    expect: { ok: true, profile: { status_emoji: ':speech_balloon:' } },
    events: changed,
  },
  {
    name: 'an emoji alone empties the text',
    given: busy,
    call: set({ status_emoji: ':train:' }),
    expect: { ok: true, profile: { status_text: '', status_emoji: ':train:', status_expiration: 0 } },
    events: changed,
  },
  {
    name: 'a new status without an expiration does not expire',
    given: busy,
    call: set({ status_text: 'lunch', status_emoji: ':train:' }),
    expect: { ok: true, profile: { status_expiration: 0 } },
    events: changed,
  },
  {
    name: 'both keys empty clear the status',
    given: busy,
    call: set({ status_text: '', status_emoji: '' }),
    expect: {
      ok: true,
      profile: { status_text: '', status_emoji: '', status_expiration: 0, status_emoji_display_info: [] },
    },
    events: changed,
  },
  {
    name: 'an empty text alone clears nothing and is refused',
    given: busy,
    call: set({ status_text: '' }),
    expect: { ok: false, error: 'must_clear_both_status_text_and_status_emoji' },
    afterwards: { user: ids.mel, profile: { status_text: 'In a call' } },
  },
  {
    name: 'an empty emoji alone clears nothing and is refused',
    given: busy,
    call: { as: 'xoxp-mel', args: { name: 'status_emoji', value: '' } },
    expect: { ok: false, error: 'must_clear_both_status_text_and_status_emoji' },
  },
  {
    name: 'an expiration alone moves the expiry of the present status',
    given: busy,
    call: set({ status_expiration: NOW_SECONDS + 7200 }),
    expect: { ok: true, profile: { status_text: 'In a call', status_expiration: NOW_SECONDS + 7200 } },
    events: changed,
  },
  {
    name: 'an expiration without a status is ignored and says so',
    call: set({ status_expiration: NOW_SECONDS + 7200 }),
    expect: { ok: true, profile: { status_expiration: 0 } },
    message: 'status_expiration',
  },
  {
    name: 'an expiration may be a string of digits',
    call: { as: 'xoxp-mel', args: { profile: { status_text: 'a', status_expiration: String(NOW_SECONDS + 5) } } },
    expect: { ok: true, profile: { status_expiration: NOW_SECONDS + 5 } },
    events: changed,
  },
  {
    name: 'an expiration far in the future is kept as it is',
    call: set({ status_text: 'a', status_expiration: 2_841_800_400 }),
    expect: { ok: true, profile: { status_expiration: 2_841_800_400 } },
    events: changed,
  },
  {
    name: 'an expiration in the past is accepted',
    call: set({ status_text: 'a', status_expiration: 1_532_627_506 }),
    expect: { ok: true, profile: { status_text: 'a', status_expiration: 1_532_627_506 } },
    events: changed,
  },
  {
    name: 'an expiration that is no number is refused',
    call: set({ status_text: 'a', status_expiration: 'tomorrow' }),
    expect: { ok: false, error: 'profile_set_failed', field: 'status_expiration' },
  },
  {
    name: 'an expiration with a fraction is refused',
    call: set({ status_text: 'a', status_expiration: 1.5 }),
    expect: { ok: false, error: 'profile_set_failed', field: 'status_expiration' },
  },
  {
    name: 'a text of 100 characters is not too long, however many bytes they have',
    call: set({ status_text: '🚆'.repeat(100) }),
    expect: { ok: true, profile: { status_text: '🚆'.repeat(100) } },
    events: changed,
  },
  {
    name: 'a text of 101 characters is too long',
    call: set({ status_text: 'x'.repeat(101) }),
    expect: { ok: false, error: 'too_long', limit: 100, field: 'status_text' },
  },
  {
    name: 'an emoji character is no emoji name',
    call: set({ status_text: 'a', status_emoji: '🚆' }),
    expect: { ok: false, error: 'profile_status_set_failed_not_emoji_syntax' },
  },
  {
    name: 'an emoji that nobody has is refused',
    call: set({ status_text: 'a', status_emoji: ':no_such_emoji:' }),
    expect: { ok: false, error: 'profile_status_set_failed_not_valid_emoji' },
  },
  {
    name: 'two colons name no emoji',
    call: set({ status_text: 'a', status_emoji: '::' }),
    expect: { ok: false, error: 'profile_status_set_failed_not_valid_emoji' },
  },
  {
    name: 'an emoji of another team is refused',
    given: withTeam((team) => ({ ...team, emoji: new Map() })),
    call: set({ status_text: 'a', status_emoji: ':party_parrot:' }),
    expect: { ok: false, error: 'profile_status_set_failed_not_valid_emoji' },
  },
  {
    name: 'the same status again is no change and tells nobody',
    given: busy,
    call: set({ status_text: 'In a call', status_emoji: ':telephone_receiver:', status_expiration: NOW_SECONDS + 600 }),
    expect: { ok: true, profile: { status_text: 'In a call' } },
  },
])
