import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseWorkspace } from './parse-workspace.ts'
import { areProblems, PROBLEMS_LISTED_MAX } from './problems.ts'

const PIA = { id: 'U0PIA00001', role: 'primary_owner' }
const LIST = { id: 'Xf0LIST001', type: 'options_list', possible_values: ['a'] }

const WRONG: readonly (readonly [file: unknown, ...problems: string[]])[] = [
  [[], 'must be an object'],
  [{ teem: {} }, 'teem: unknown key; did you mean "team"?'],
  [
    { team: { id: 'x', plan: 'gold' } },
    'team.id: must be an id such as T0COFFEE1',
    'team.plan: must be one of "paid", "free"',
  ],
  [{ team: { domain: 'Coffee' } }, 'team.domain: must be lower-case letters, digits and hyphens, at most 63'],
  [{ team: { name: '' } }, 'team.name: must not be empty'],
  [
    { compat: { admin_edit_rule: 'outrnk' } },
    'compat.admin_edit_rule: must be one of "primary_owner", "outrank"; did you mean "outrank"?',
  ],
  [
    { settings: { allowed_ips: ['10.0.0.0/33'] } },
    'settings.allowed_ips[0]: must be an address or a range such as 10.0.0.0/8',
  ],
  [{ settings: { sudo_minutes: 0 } }, 'settings.sudo_minutes: must be null or whole minutes, from 1 to 525600'],
  [{ settings: { require_2fa: 'yes' } }, 'settings.require_2fa: must be true or false'],
  [
    { settings: { uneditable_fields: ['titel'] } },
    'settings.uneditable_fields[0]: must be a core key of a profile or the id of a field of the team; did you mean "title"?',
  ],
  [{ profile_fields: [{ label: 'x' }] }, 'profile_fields[0].id: is missing'],
  [
    { profile_fields: [{ id: 'Xf0A', section_id: 'S2' }] },
    'profile_fields[0].section_id: names no section of profile_sections (S1)',
  ],
  [{ profile_fields: [{ id: 'Xf0AA' }, { id: 'Xf0AA' }] }, 'profile_fields[1].id: is the same as profile_fields[0].id'],
  [
    { profile_fields: [{ id: 'Xf0AA', ordering: -1 }] },
    'profile_fields[0].ordering: must be a whole number, 0 or more',
  ],
  [
    { profile_fields: [{ id: 'Xf0AA', type: 'options_list' }] },
    'profile_fields[0].possible_values: is needed for a field of type options_list',
  ],
  [
    { profile_fields: [{ id: 'Xf0AA', possible_values: ['a'] }] },
    'profile_fields[0].possible_values: belongs to fields of type options_list only',
  ],
  [
    { profile_fields: [{ ...LIST, possible_values: ['a', 'a'] }] },
    'profile_fields[0].possible_values[1]: is the same as profile_fields[0].possible_values[0]',
  ],
  [{ emoji: { a: 'alias:b', b: 'alias:a' } }, 'emoji.a: is an alias of itself', 'emoji.b: is an alias of itself'],
  [{ emoji: { a: 'alias:nope' } }, 'emoji.a: is an alias of "nope", which does not exist'],
  [{ emoji: { a: 'ftp://x' } }, 'emoji.a: must be an http or https URL, or "alias:" and the name of another emoji'],
  [{ users: [{ ...PIA, roel: 'admin' }] }, 'users[0].roel: unknown key; did you mean "role"?'],
  [
    { users: [{ ...PIA, role: 'chief' }] },
    'users[0].role: must be one of "primary_owner", "owner", "admin", "member", "guest", "single_channel_guest", "bot"',
  ],
  [{ users: [PIA, { ...PIA, role: 'member' }] }, 'users[1].id: is the same as users[0].id'],
  [
    {
      users: [
        { ...PIA, name: 'pia' },
        { id: 'U01', name: 'Pia', deleted: true },
      ],
    },
    'users[1].name: is the same as users[0].name',
  ],
  [{ users: [PIA, { id: 'U01' }, { id: 'U02', name: 'u01' }] }, 'users[2].name: is the same as users[1].name'],
  [{ users: [{ id: 'U01', role: 'member' }] }, 'users: one of the people must have the role "primary_owner"'],
  [
    { users: [PIA, { id: 'U01', role: 'primary_owner' }] },
    'users[1].role: a team has one primary_owner, and that is users[0]',
  ],
  [{ users: [{ ...PIA, tz: 'Mars/Base' }] }, 'users[0].tz: must be an IANA time zone such as Europe/London'],
  [{ users: [{ ...PIA, tz: '+02:00' }] }, 'users[0].tz: must be an IANA time zone such as Europe/London'],
  [{ users: [{ ...PIA, locale: 'x' }] }, 'users[0].locale: must be a language tag such as en-GB'],
  [{ users: [withProfile({ email: 'pia' })] }, 'users[0].profile.email: must have an @ and a domain'],
  [{ users: [withProfile({ mail: 'x' })] }, 'users[0].profile.mail: unknown key; did you mean "email"?'],
  [
    { users: [withProfile({ email: 'a@b.cd' }), { id: 'U01', profile: { email: 'A@b.cd' } }] },
    'users[1].profile.email: is the same as users[0].profile.email',
  ],
  [{ users: [withProfile({ status_emoji: ':nope:' })] }, 'users[0].profile.status_emoji: names no emoji of this team'],
  [{ users: [withProfile({ fields: { Xf0A: 'x' } })] }, 'users[0].profile.fields.Xf0A: the team has no such field'],
  [
    { profile_fields: [LIST], users: [withProfile({ fields: { Xf0LIST001: { valeu: 'a' } } })] },
    'users[0].profile.fields.Xf0LIST001.valeu: unknown key; did you mean "value"?',
  ],
  [
    { users: [{ id: 'U0BOT1', role: 'bot', profile: { email: 'a@b.cd' } }, PIA] },
    'users[0].profile.email: a bot user has none',
  ],
  [
    { users: [PIA], apps: [{ id: 'A01', bot_user: 'U0PIA00001' }] },
    'apps[0].bot_user: names U0PIA00001, whose role is not "bot"',
  ],
  [
    { users: [PIA], apps: [{ id: 'A01', collaborators: ['U09'] }] },
    'apps[0].collaborators[0]: names U09, who is not among the users',
  ],
  [{ apps: [{ id: 'A01', request_url: 'slack' }] }, 'apps[0].request_url: must be an http or https URL'],
  [
    { users: [PIA], tokens: [{ token: 'abc', user: 'U0PIA00001' }] },
    'tokens[0].token: must start with xoxp-, xoxb-, xapp-, xoxa-, xoxe.xoxp- or xoxe.xoxb-',
  ],
  [
    { users: [PIA], tokens: [{ token: 'xoxp-a b', user: 'U0PIA00001' }] },
    'tokens[0].token: must be letters, digits and . _ - after its prefix, at most 255 characters in all',
  ],
  [
    { users: [PIA], tokens: [{ token: 'xoxp-1', user: 'U09' }] },
    'tokens[0].user: names U09, who is not among the users',
  ],
  [{ users: [PIA], tokens: [{ token: 'xoxp-1' }] }, 'tokens[0].user: is missing'],
  [
    { users: [PIA], tokens: [{ token: 'xoxb-1', user: 'U0PIA00001' }] },
    'tokens[0].user: a bot token belongs to a user whose role is "bot"',
  ],
  [
    { users: [PIA], tokens: [{ token: 'xoxp-1', user: 'U0PIA00001', app: 'A09' }] },
    'tokens[0].app: names A09, which is not among the apps',
  ],
  [
    { users: [PIA], tokens: [{ token: 'xoxp-1', user: 'U0PIA00001', scopes: ['a b'] }] },
    'tokens[0].scopes[0]: must be a scope such as users.profile:write',
  ],
  [
    {
      users: [PIA],
      tokens: [
        { token: 'xoxp-1', user: 'U0PIA00001' },
        { token: 'xoxp-1', user: 'U0PIA00001' },
      ],
    },
    'tokens[1].token: is the same as tokens[0].token',
  ],
]

for (const [file, ...problems] of WRONG) {
  test(problems.join('; '), () => assert.deepEqual(problemsOf(JSON.stringify(file)), problems))
}

test('several wrong values of one profile are all told', () => {
  const profile = {
    display_name: 'x'.repeat(81),
    real_name: '@pia',
    title: { a: 1 },
    start_date: 'soon',
    fields: { Xf0LIST001: 'b' },
    email: 'pia',
  }
  const problems = problemsOf(JSON.stringify({ profile_fields: [LIST], users: [{ ...PIA, profile }] }))
  const places = problems.map((problem) => problem.slice(0, problem.indexOf(': ')))
  assert.deepEqual(places.toSorted(), [
    'users[0].profile.display_name',
    'users[0].profile.email',
    'users[0].profile.fields.Xf0LIST001',
    'users[0].profile.real_name',
    'users[0].profile.start_date',
    'users[0].profile.title',
  ])
})

const REPEATED: readonly (readonly [text: string, ...problems: string[]])[] = [
  ['{"emoji": {}, "users": [], "emoji": {}}', 'emoji: stands here twice'],
  ['{"users": [{"id": "U01"}, {"id": "U02", "tz": "UTC", "id": "U03"}]}', 'users[1].id: stands here twice'],
  [
    '{"users": [{"id": "U01", "profile": {"title": "a,{\\"", "phone": "", "t\\u0069tle": "b"}, "name": "a", "name": "b"}]}',
    'users[0].profile.title: stands here twice',
    'users[0].name: stands here twice',
  ],
  ['{"team": {"name": "a", "name": "b", "name": "c"}}', 'team.name: stands here twice', 'team.name: stands here twice'],
  ['\uFEFF{"team": {"name": "name\\\\", "domain": "name"}, "team": {}}', 'team: stands here twice'],
  [
    '{"users": [{"id": "U01", "id": "U01", "roel": 1}]}',
    'users[0].id: stands here twice',
    'users[0].roel: unknown key; did you mean "role"?',
  ],
]
for (const [text, ...problems] of REPEATED) {
  test(`a key that stands twice: ${problems.join('; ')}`, () => assert.deepEqual(problemsOf(text), problems))
}

test('keys that stand once in each object are no problem, and what is nested too deeply ends the look', () => {
  const text =
    '{"users": [{"id": "U01", "profile": {"title": "x\\"y", "phone": "title"}}, {"id": "U02", "profile": {}}]}'
  assert.ok(!areProblems(parseWorkspace(text, 'x')))
  const deep = `{"team": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  assert.deepEqual(problemsOf(deep), ['team: must be an object'])
})

test('a key named after what every object inherits is unknown like any other', () => {
  assert.deepEqual(problemsOf('{"__proto__": {}, "constructor": 1}'), [
    '__proto__: unknown key',
    'constructor: unknown key',
  ])
})

test('the list of problems is bounded, the count is not', () => {
  const outcome = parseWorkspace(
    JSON.stringify({ users: [PIA, ...Array(200).fill({ id: 'U0SAME', role: 'member' })] }),
    'x',
  )
  assert.ok(areProblems(outcome))
  assert.deepEqual([outcome.problems.length, outcome.count], [PROBLEMS_LISTED_MAX, 199])
})

function withProfile(profile: unknown) {
  return { ...PIA, profile }
}

function problemsOf(text: string): readonly string[] {
  const outcome = parseWorkspace(text, 'coffee.json')
  assert.ok(areProblems(outcome), 'the file was taken')
  return outcome.problems
}
