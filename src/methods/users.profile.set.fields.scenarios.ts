import { scenarios } from '../../test/support/scenario.ts'
import { ids, withTeam } from '../../test/support/world.ts'
import type { FieldId } from '../domain/ids.ts'
import type { FieldDefinition, Team } from '../domain/team.ts'

const set = (fields: unknown, as = 'xoxp-mel') => ({ as, args: { profile: { fields } } })
const changed = [`user_change ${ids.mel}`, `user_profile_changed ${ids.mel}`]

const withField = (id: string, more: Partial<FieldDefinition>) =>
  withTeam((team: Team) => {
    const field = team.fields.get(id as FieldId)
    if (field === undefined) throw new Error(`no field ${id}`)
    return { ...team, fields: new Map([...team.fields, [field.id, { ...field, ...more }]]) }
  })

/** Custom fields: docs/decisions/0004, 0008 to 0014. */
export const fieldScenarios = scenarios('users.profile.set', [
  {
    name: 'a text, a date and a link are set in one call, and others stay',
    before: [set({ Xf0LONG001: { value: 'I *make* coffee', alt: '' } })],
    call: set({
      Xf0TEXT001: { value: 'Barista', alt: '' },
      Xf0DATE001: { value: '2022-04-11', alt: '' },
      Xf0LINK001: { value: 'https://example.com', alt: 'Home' },
    }),
    expect: {
      ok: true,
      profile: {
        fields: {
          Xf0LONG001: { value: 'I *make* coffee', alt: '' },
          Xf0TEXT001: { value: 'Barista', alt: '' },
          Xf0DATE001: { value: '2022-04-11', alt: '' },
          Xf0LINK001: { value: 'https://example.com', alt: 'Home' },
        },
      },
    },
    events: changed,
  },
  {
    name: 'a field is set by name and value',
    call: { as: 'xoxp-mel', args: { name: 'Xf0TEXT001', value: 'Barista' } },
    expect: { ok: true, profile: { fields: { Xf0TEXT001: { value: 'Barista', alt: '' } } } },
    events: changed,
  },
  {
    name: 'a bare string is a value',
    call: set({ Xf0TEXT001: 'Barista' }),
    expect: { ok: true, profile: { fields: { Xf0TEXT001: { value: 'Barista', alt: '' } } } },
    events: changed,
  },
  {
    name: 'an empty value removes the field',
    before: [set({ Xf0TEXT001: 'Barista' })],
    call: set({ Xf0TEXT001: { value: '', alt: '' } }),
    expect: { ok: true, profile: { fields: {} } },
    events: changed,
  },
  {
    name: 'tags are taken as a list of objects and read back as one object',
    call: set({
      Xf0TAGS001: [
        { value: 'Mocha', alt: '' },
        { value: 'Latte', alt: '' },
      ],
    }),
    expect: {
      ok: true,
      profile: {
        fields: {
          Xf0TAGS001: {
            value: 'Mocha,Latte',
            alt: '',
            values: [
              { value: 'Mocha', alt: '' },
              { value: 'Latte', alt: '' },
            ],
          },
        },
      },
    },
    events: changed,
  },
  {
    name: 'tags are taken as a list inside one object',
    call: set({ Xf0TAGS001: { value: ['Mocha', 'Latte'], alt: '' } }),
    expect: { ok: true, profile: { fields: { Xf0TAGS001: { value: 'Mocha,Latte' } } } },
    events: changed,
  },
  {
    name: 'tags as they were read back are no change',
    before: [set({ Xf0TAGS001: { value: ['Mocha', 'Latte'], alt: '' } })],
    call: set({
      Xf0TAGS001: {
        value: 'Mocha,Latte',
        alt: '',
        values: [
          { value: 'Mocha', alt: '' },
          { value: 'Latte', alt: '' },
        ],
      },
    }),
    expect: { ok: true },
  },
  {
    name: 'a tag has no comma in it',
    call: set({ Xf0TAGS001: { value: ['Mocha, hot'], alt: '' } }),
    expect: { ok: false, error: 'profile_set_failed', field: 'Xf0TAGS001' },
  },
  {
    name: 'seventy-six tags are too many',
    call: set({ Xf0TAGS001: { value: Array.from({ length: 76 }, (_, n) => `tag${n}`), alt: '' } }),
    expect: { ok: false, error: 'profile_set_failed', field: 'Xf0TAGS001' },
  },
  {
    name: 'a tag of 51 characters is too long',
    call: set({ Xf0TAGS001: { value: ['x'.repeat(51)], alt: '' } }),
    expect: { ok: false, error: 'too_long', limit: 50, field: 'Xf0TAGS001' },
  },
  {
    name: 'an option is one of the possible values',
    call: set({ Xf0OPTS001: { value: 'Gryffindor', alt: '' } }),
    expect: { ok: true, profile: { fields: { Xf0OPTS001: { value: 'Gryffindor', alt: '' } } } },
    events: changed,
  },
  {
    name: 'an option that is not among the possible values is refused',
    call: set({ Xf0OPTS001: { value: 'Slytherin', alt: '' } }),
    expect: { ok: false, error: 'profile_set_failed', field: 'Xf0OPTS001' },
  },
  {
    name: 'a user field takes ids of members',
    call: set({ Xf0USER001: { value: `${ids.ada},${ids.pia}`, alt: '' } }),
    expect: { ok: true, profile: { fields: { Xf0USER001: { value: `${ids.ada},${ids.pia}`, alt: '' } } } },
    events: changed,
  },
  {
    name: 'a user field takes a list of ids',
    call: set({ Xf0USER001: { value: [ids.ada], alt: '' } }),
    expect: { ok: true, profile: { fields: { Xf0USER001: { value: ids.ada, alt: '' } } } },
    events: changed,
  },
  {
    name: 'an id that names nobody is refused in a user field',
    call: set({ Xf0USER001: { value: 'U0NOBODY99', alt: '' } }),
    expect: { ok: false, error: 'profile_set_failed', field: 'Xf0USER001' },
  },
  {
    name: 'a date is a day of the calendar',
    call: set({ Xf0DATE001: { value: '2023-02-29', alt: '' } }),
    expect: { ok: false, error: 'profile_set_failed', field: 'Xf0DATE001' },
  },
  {
    name: 'a link that runs a script is refused',
    call: set({ Xf0LINK001: { value: 'javascript:alert(1)', alt: '' } }),
    expect: { ok: false, error: 'profile_set_failed', field: 'Xf0LINK001' },
  },
  {
    name: 'a text of 257 characters is too long',
    call: set({ Xf0TEXT001: { value: 'x'.repeat(257), alt: '' } }),
    expect: { ok: false, error: 'too_long', limit: 256, field: 'Xf0TEXT001' },
  },
  {
    name: 'a long text has 5,000 characters',
    call: set({ Xf0LONG001: { value: 'x'.repeat(5000), alt: '' } }),
    expect: { ok: true },
    events: changed,
  },
  {
    name: 'an alt of 257 characters is too long',
    call: set({ Xf0TEXT001: { value: 'Barista', alt: 'x'.repeat(257) } }),
    expect: { ok: false, error: 'too_long', limit: 256, field: 'Xf0TEXT001' },
  },
  {
    name: 'one refused value refuses the whole call',
    call: {
      as: 'xoxp-mel',
      args: { profile: { title: 'Barista', fields: { Xf0DATE001: 'yesterday' } } },
    },
    expect: { ok: false, error: 'profile_set_failed' },
    afterwards: { user: ids.mel, profile: { title: '', fields: {} } },
  },
  {
    name: 'a field that the team does not have is ignored and said to be',
    call: set({ Xf0NOSUCH1: 'x', Xf0TEXT001: 'Barista' }),
    expect: { ok: true, profile: { fields: { Xf0TEXT001: { value: 'Barista', alt: '' } } } },
    message: 'Xf0NOSUCH1',
    events: changed,
  },
  {
    name: 'a field that is filled through SCIM is ignored and said to be, for admins too',
    given: withField('Xf0TEXT001', { isScim: true }),
    call: set({ Xf0TEXT001: 'Barista' }, 'xoxp-ada'),
    expect: { ok: true, profile: { fields: {} } },
    message: 'Xf0TEXT001',
  },
  {
    name: 'a field that the API does not fill is ignored and said to be',
    given: withField('Xf0TEXT001', { api: false }),
    call: set({ Xf0TEXT001: 'Barista' }),
    expect: { ok: true, profile: { fields: {} } },
    message: 'Xf0TEXT001',
  },
  {
    name: 'a protected field is ignored for a member',
    given: withField('Xf0TEXT001', { isProtected: true }),
    call: set({ Xf0TEXT001: 'Barista' }),
    expect: { ok: true, profile: { fields: {} } },
    message: 'Xf0TEXT001',
  },
  {
    name: 'a protected field is set by an admin',
    given: withField('Xf0TEXT001', { isProtected: true }),
    call: { as: 'xoxp-ada', args: { user: ids.mel, profile: { fields: { Xf0TEXT001: 'Barista' } } } },
    expect: { ok: true, profile: { fields: { Xf0TEXT001: { value: 'Barista', alt: '' } } } },
    events: changed,
  },
  {
    name: 'a key that the team has closed is ignored and said to be',
    given: withTeam((team) => ({ ...team, settings: { ...team.settings, uneditableFields: ['title', 'Xf0TEXT001'] } })),
    call: { as: 'xoxp-mel', args: { profile: { title: 'Boss', phone: '1', fields: { Xf0TEXT001: 'x' } } } },
    expect: { ok: true, profile: { title: '', phone: '1', fields: {} } },
    message: 'title',
    events: changed,
  },
  {
    name: 'custom fields alone tell nobody where the team has chosen so',
    given: withTeam((team) => ({ ...team, compat: { ...team.compat, customFieldEvents: 'silent' } })),
    call: set({ Xf0TEXT001: 'Barista' }),
    expect: { ok: true, profile: { fields: { Xf0TEXT001: { value: 'Barista', alt: '' } } } },
    afterwards: { user: ids.mel, profile: { fields: { Xf0TEXT001: { value: 'Barista', alt: '' } } } },
  },
  { name: 'no fields are no change', call: set({}), expect: { ok: true, profile: { fields: {} } } },
  { name: 'an empty list of fields is no change', call: set([]), expect: { ok: true, profile: { fields: {} } } },
])
