/** The team that `nametag dev` opens when it is given no other: people of every role, a custom field of every type, an
 * app. It is written as a workspace file is, so that it passes the same checks and serves as an example of one. */
export function demoWorkspace(): string {
  return JSON.stringify({
    ...TEAM,
    profile_fields: FIELDS,
    profile_sections: SECTIONS,
    users: USERS,
    apps: APPS,
    tokens: TOKENS,
  })
}

export const DEMO_FILE_NAME = 'the demo team'

const TEAM = {
  team: { id: 'T0COFFEE1', name: 'Coffee Co', domain: 'coffee', plan: 'paid' },
  emoji: {
    party_parrot: 'https://emoji.example.com/party_parrot.gif',
    latte_art: 'https://emoji.example.com/latte_art.png',
    barista: 'alias:coffee',
    parrot: 'alias:party_parrot',
  },
}

const SECTIONS = [
  { id: 'S1', label: 'About', type: 'custom', order: 0 },
  { id: 'S2', label: 'At work', type: 'custom', order: 1 },
]

const FIELDS = [
  { id: 'Xf0PRONUN1', label: 'Name pronunciation', hint: 'As it sounds', type: 'text', section_id: 'S1', ordering: 0 },
  { id: 'Xf0BIO0001', label: 'About me', hint: 'A few sentences', type: 'long_text', section_id: 'S1', ordering: 1 },
  { id: 'Xf0BIRTH01', label: 'Birthday', hint: '', type: 'date', section_id: 'S1', ordering: 2 },
  { id: 'Xf0SITE001', label: 'Website', hint: '', type: 'link', section_id: 'S1', ordering: 3 },
  { id: 'Xf0ROLE001', label: 'Role', hint: 'What you do here', type: 'text', section_id: 'S2', ordering: 4 },
  {
    id: 'Xf0TEAM001',
    label: 'Team',
    hint: '',
    type: 'options_list',
    possible_values: ['Roastery', 'Bar', 'Office'],
    section_id: 'S2',
    ordering: 5,
  },
  { id: 'Xf0DRINK01', label: 'Favourite drinks', hint: '', type: 'tags', section_id: 'S2', ordering: 6 },
  { id: 'Xf0BUDDY01', label: 'Buddy', hint: 'Whom to ask', type: 'user', section_id: 'S2', ordering: 7 },
]

const USERS = [
  {
    id: 'U0PIA00001',
    name: 'pia',
    role: 'primary_owner',
    has_2fa: true,
    tz: 'Europe/Lisbon',
    locale: 'pt-PT',
    profile: {
      real_name: 'Pia Moreira',
      display_name: 'Pia',
      email: 'pia@coffee.example.com',
      title: 'Founder',
      phone: '+351 21 555 0101',
      status_text: 'Cupping new beans',
      status_emoji: ':latte_art:',
      fields: { Xf0ROLE001: 'Founder and head roaster', Xf0TEAM001: 'Roastery', Xf0DRINK01: ['Espresso', 'Galão'] },
    },
  },
  {
    id: 'U0OWEN0001',
    name: 'owen',
    role: 'owner',
    has_2fa: true,
    tz: 'Europe/Dublin',
    locale: 'en-IE',
    profile: {
      real_name: 'Owen Byrne',
      display_name: 'owen',
      email: 'owen@coffee.example.com',
      title: 'Head of the office',
      phone: '+353 1 555 0102',
      fields: { Xf0TEAM001: 'Office', Xf0BUDDY01: 'U0PIA00001' },
    },
  },
  {
    id: 'U0ADA00001',
    name: 'ada',
    role: 'admin',
    has_2fa: true,
    tz: 'Europe/London',
    locale: 'en-GB',
    profile: {
      real_name: 'Ada Lovelace',
      display_name: 'ada',
      email: 'ada@coffee.example.com',
      title: 'Programmer of machines',
      phone: '+44 20 5550 0103',
      pronouns: 'she/her',
      start_date: '2024-12-10',
      status_text: 'Working on the engine',
      status_emoji: ':gear:',
      fields: {
        Xf0PRONUN1: 'AY-duh LUV-layss',
        Xf0BIO0001: 'I weave algebraic patterns. Ask me about Bernoulli numbers.',
        Xf0BIRTH01: '1815-12-10',
        Xf0SITE001: { value: 'https://ada.example.com/notes', alt: 'Notes' },
        Xf0ROLE001: 'Analyst',
        Xf0TEAM001: 'Office',
        Xf0DRINK01: ['Tea', 'Mocha'],
        Xf0BUDDY01: 'U0MEL00001',
      },
    },
  },
  {
    id: 'U0MEL00001',
    name: 'mel',
    role: 'member',
    tz: 'America/New_York',
    locale: 'en-US',
    profile: {
      real_name: 'Mel Okafor',
      display_name: 'mel',
      email: 'mel@coffee.example.com',
      title: 'Barista',
      phone: '+1 212 555 0104',
      pronouns: 'they/them',
      status_text: 'At the bar until four',
      status_emoji: ':coffee:',
      fields: { Xf0ROLE001: 'Barista', Xf0TEAM001: 'Bar', Xf0DRINK01: ['Mocha', 'Latte'], Xf0BUDDY01: 'U0ADA00001' },
    },
  },
  {
    id: 'U0GUS00001',
    name: 'gus',
    role: 'guest',
    tz: 'Europe/Berlin',
    locale: 'de-DE',
    profile: {
      real_name: 'Gus Lindqvist',
      display_name: 'gus (beans)',
      email: 'gus@beans.example.com',
      title: 'Supplier',
    },
  },
  {
    id: 'U0SOL00001',
    name: 'sol',
    role: 'single_channel_guest',
    tz: 'America/Mexico_City',
    locale: 'es-MX',
    profile: {
      real_name: 'Sol Hernández',
      display_name: 'sol',
      email: 'sol@cups.example.com',
      title: 'Potter',
    },
  },
  {
    id: 'U0DEE00001',
    name: 'dee',
    role: 'member',
    deleted: true,
    tz: 'Asia/Tokyo',
    locale: 'ja-JP',
    profile: {
      real_name: 'Dee Tanaka',
      display_name: 'dee',
      email: 'dee@coffee.example.com',
      title: 'Barista, formerly',
    },
  },
  {
    id: 'U0BOT00001',
    name: 'statusbot',
    role: 'bot',
    tz: 'Europe/London',
    locale: 'en-GB',
    profile: { real_name: 'Status bot', display_name: 'Status bot', title: 'Keeps statuses fresh' },
  },
]

const APPS = [
  {
    id: 'A0STATUS01',
    name: 'Status bot',
    bot_user: 'U0BOT00001',
    collaborators: ['U0MEL00001'],
    signing_secret: 'demo-signing-secret',
    verification_token: 'demo-verification-token',
    socket_mode: true,
    events: ['user_change', 'user_profile_changed', 'user_status_changed', 'team_join'],
  },
]

const READING = ['users.profile:read', 'users:read', 'users:read.email', 'emoji:read', 'team:read', 'dnd:read']
const IDENTITY = ['identity.basic', 'identity.email', 'identity.avatar', 'identity.team']
const OWN_WORK = [...READING, 'users.profile:write', 'users:write', 'dnd:write', 'rtm:stream', ...IDENTITY]
const PREFERENCES = ['team.preferences:read', 'team.preferences:write']
const ADMIN_WORK = [...OWN_WORK, 'admin.users:read', 'admin.users:write', ...PREFERENCES]

const TOKENS = [
  { token: 'xoxp-ada', user: 'U0ADA00001', app: 'A0STATUS01', scopes: ADMIN_WORK },
  { token: 'xoxp-pia', user: 'U0PIA00001', app: 'A0STATUS01', scopes: ADMIN_WORK },
  { token: 'xoxp-owen', user: 'U0OWEN0001', app: 'A0STATUS01', scopes: ADMIN_WORK },
  { token: 'xoxp-mel', user: 'U0MEL00001', app: 'A0STATUS01', scopes: OWN_WORK },
  { token: 'xoxp-gus', user: 'U0GUS00001', app: 'A0STATUS01', scopes: OWN_WORK },
  { token: 'xoxp-sol', user: 'U0SOL00001', app: 'A0STATUS01', scopes: OWN_WORK },
  { token: 'xoxp-dee', user: 'U0DEE00001', app: 'A0STATUS01', scopes: OWN_WORK },
  { token: 'xoxb-statusbot', user: 'U0BOT00001', app: 'A0STATUS01', scopes: [...READING, 'users:write', 'rtm:stream'] },
  { token: 'xapp-statusbot', user: 'U0BOT00001', app: 'A0STATUS01', scopes: ['connections:write'] },
]
