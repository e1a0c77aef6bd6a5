import assert from 'node:assert/strict'
import { delimiter } from 'node:path'
import { test } from 'node:test'
import { COMMANDS, COMMON_FLAGS, type CommandShape } from './cli/commands.ts'
import type { Env } from './cli/read-flags.ts'
import { readConfig } from './config.ts'

const AROUND = { color: true, logLevel: 'warn' }
const FOLDER = { in: 'folder', folder: 'd' }
const URL = 'postgres://ada:secret@db.example.com/people'
const DATABASE = { in: 'database', url: URL, tokenKey: './token.key' }
const DEV = {
  run: 'dev',
  ...AROUND,
  host: '127.0.0.1',
  port: 4390,
  data: './.nametag',
  workspaces: [],
  fresh: false,
  rateLimits: true,
  smtp: null,
  logRetentionMs: 2_592_000_000,
  json: false,
}
const SERVE = {
  run: 'serve',
  color: true,
  logLevel: 'info',
  host: '127.0.0.1',
  port: 4390,
  place: FOLDER,
  shardByTeam: false,
  workspaces: [],
  publicUrl: null,
  allowPrivateWebhooks: false,
  drainDelayMs: 0,
  smtp: null,
  logRetentionMs: 2_592_000_000,
  json: false,
}
const SMTP = { host: 'mail.example.com', port: 587, secure: false, auth: undefined, from: 'hr@example.com' }
const CREATE = {
  run: 'token create',
  ...AROUND,
  place: FOLDER,
  user: 'U01',
  team: null,
  app: null,
  scopes: ['users:read'],
  kind: 'user',
  expiresInSeconds: null,
  json: false,
}

const BACKUP = { run: 'backup', ...AROUND, folder: 'd', to: 'f', withKey: false, force: false, json: false }
const IMPORT = {
  run: 'import',
  ...AROUND,
  file: 'f',
  place: FOLDER,
  fresh: false,
  withoutTokens: false,
  json: false,
}
const DOCTOR = { run: 'doctor', ...AROUND, place: null, publicUrl: null, smtp: null, json: false }
const RESTORE = {
  run: 'restore',
  ...AROUND,
  file: 'f',
  folder: 'd',
  fresh: false,
  tokenKey: null,
  withoutTokens: false,
  json: false,
}

const TOKEN = { NAMETAG_TOKEN: 't' }
const CLIENT = {
  ...AROUND,
  apiUrl: 'http://127.0.0.1:4390/api/',
  token: { from: 'environment', name: 'NAMETAG_TOKEN', token: 't' },
  json: false,
}
const GET = { run: 'profile get', ...CLIENT, user: null, labels: false }
const SYNC = {
  run: 'sync',
  ...CLIENT,
  file: 'p.csv',
  dryRun: false,
  yes: false,
  key: null,
  map: [],
  clearEmpty: false,
  abortOverPercent: null,
  state: 'p.csv.nametag-sync',
  report: null,
}

const UNDERSTOOD: readonly (readonly [line: string, config: object, env?: Env])[] = [
  ['dev', DEV],
  ['dev --port 0 --json --fresh', { ...DEV, port: 0, json: true, fresh: true }],
  ['dev --port=81 --host ::1', { ...DEV, port: 81, host: '::1' }],
  ['dev --memory', { ...DEV, data: null }],
  ['dev --data there', { ...DEV, data: 'there' }],
  ['dev --workspace a.json --workspace b.json', { ...DEV, workspaces: ['a.json', 'b.json'] }],
  ['dev --rate-limits off', { ...DEV, rateLimits: false }],
  ['dev --no-color', { ...DEV, color: false }],
  ['dev', { ...DEV, color: false }, { NO_COLOR: '1' }],
  ['dev', DEV, { NO_COLOR: '' }],
  ['dev', { ...DEV, color: false }, { TERM: 'dumb' }],
  ['dev', { ...DEV, port: 5 }, { NAMETAG_PORT: '5' }],
  ['dev --port 6', { ...DEV, port: 6 }, { NAMETAG_PORT: '5' }],
  ['dev', { ...DEV, data: null }, { NAMETAG_MEMORY: '1', NAMETAG_DATA: 'd' }],
  ['dev --data e', { ...DEV, data: 'e' }, { NAMETAG_MEMORY: '1' }],
  ['dev --memory', { ...DEV, data: null }, { NAMETAG_DATA: 'd' }],
  ['dev', DEV, { NAMETAG_MEMORY: 'no', NAMETAG_FRESH: '0', NAMETAG_JSON: 'false' }],
  ['dev', { ...DEV, workspaces: ['a', 'b'] }, { NAMETAG_WORKSPACE: `a${delimiter}b` }],
  ['dev', { ...DEV, logLevel: 'debug' }, { NAMETAG_LOG_LEVEL: 'debug' }],
  ['serve --data d', SERVE],
  ['serve', SERVE, { NAMETAG_DATA: 'd' }],
  [`serve --database-url ${URL}`, { ...SERVE, place: DATABASE }],
  [
    'serve',
    { ...SERVE, place: { ...DATABASE, tokenKey: '/k' } },
    { NAMETAG_DATABASE_URL: URL, NAMETAG_TOKEN_KEY: '/k' },
  ],
  [`serve --database-url ${URL}`, { ...SERVE, place: DATABASE }, { NAMETAG_DATA: 'd' }],
  ['serve --data d', SERVE, { NAMETAG_DATABASE_URL: URL }],
  [
    `serve --database-url ${URL} --token-key k --shard-by-team`,
    { ...SERVE, place: { ...DATABASE, tokenKey: 'k' }, shardByTeam: true },
  ],
  ['serve --data d --public-url https://people.example.com/', { ...SERVE, publicUrl: 'https://people.example.com' }],
  ['serve --data d --allow-private-webhooks', { ...SERVE, allowPrivateWebhooks: true }],
  ['serve --data d --drain-delay 5', { ...SERVE, drainDelayMs: 5000 }],
  ['serve --data d', { ...SERVE, drainDelayMs: 2000 }, { NAMETAG_DRAIN_DELAY: '2' }],
  ['serve --data d', { ...SERVE, allowPrivateWebhooks: true }, { NAMETAG_ALLOW_PRIVATE_WEBHOOKS: '1' }],
  ['serve --data d --smtp-url smtp://mail.example.com?from=hr@example.com', { ...SERVE, smtp: SMTP }],
  ['serve --data d', { ...SERVE, smtp: SMTP }, { NAMETAG_SMTP_URL: 'smtp://mail.example.com?from=hr@example.com' }],
  ['dev --smtp-url smtp://mail.example.com?from=hr@example.com', { ...DEV, smtp: SMTP }],
  ['serve --data d --log-retention 1d', { ...SERVE, logRetentionMs: 86_400_000 }],
  ['dev', { ...DEV, logRetentionMs: 172_800_000 }, { NAMETAG_LOG_RETENTION: '48h' }],
  ['check-workspace a b', { run: 'check-workspace', ...AROUND, files: ['a', 'b'] }],
  ['token create --data d --user U01 --scopes users:read', CREATE],
  ['token create', CREATE, { NAMETAG_DATA: 'd', NAMETAG_USER: 'U01', NAMETAG_SCOPES: 'users:read' }],
  [`token create --database-url ${URL} --user U01 --scopes users:read`, { ...CREATE, place: DATABASE }],
  ['token create --data d --user U01 --scopes users:read --expires-in 30d', { ...CREATE, expiresInSeconds: 2_592_000 }],
  [
    'token create --data d --user U01 --scopes a,b, --kind bot --team T01 --app A01 --expires-in 90s',
    { ...CREATE, scopes: ['a', 'b'], kind: 'bot', team: 'T01', app: 'A01', expiresInSeconds: 90 },
  ],
  ['token list --data d --json', { run: 'token list', ...AROUND, place: FOLDER, team: null, json: true }],
  [
    'token revoke Tk1 --data d',
    { run: 'token revoke', ...AROUND, place: FOLDER, team: null, tokenId: 'Tk1', json: false },
  ],
  ['migrate --data d', { run: 'migrate', ...AROUND, place: FOLDER, check: false, json: false }],
  [
    `migrate --database-url ${URL} --check --json`,
    { run: 'migrate', ...AROUND, place: { ...DATABASE, tokenKey: '' }, check: true, json: true },
  ],
  ['backup --data d --to f', BACKUP],
  [
    'backup --to f --with-key --force --json',
    { ...BACKUP, withKey: true, force: true, json: true },
    { NAMETAG_DATA: 'd' },
  ],
  ['restore f --data d', RESTORE],
  [
    'restore f --data d --fresh --token-key k --without-tokens',
    { ...RESTORE, fresh: true, tokenKey: 'k', withoutTokens: true },
  ],
  ['restore f --data d', RESTORE, { NAMETAG_FRESH: '1', NAMETAG_TOKEN_KEY: 'k' }],
  ['export --data d --to f', { run: 'export', ...AROUND, place: FOLDER, to: 'f', force: false, json: false }],
  [
    'export --to f --force',
    { run: 'export', ...AROUND, place: { ...DATABASE, tokenKey: '' }, to: 'f', force: true, json: false },
    { NAMETAG_DATABASE_URL: URL },
  ],
  ['import f --data d', IMPORT],
  [
    `import f --database-url ${URL} --token-key k --fresh --without-tokens --json`,
    { ...IMPORT, place: { ...DATABASE, tokenKey: 'k' }, fresh: true, withoutTokens: true, json: true },
  ],
  ['doctor', DOCTOR],
  ['doctor --data d --json', { ...DOCTOR, place: FOLDER, json: true }],
  [
    'doctor --public-url http://a.example/',
    { ...DOCTOR, place: DATABASE, publicUrl: 'http://a.example' },
    { NAMETAG_DATABASE_URL: URL },
  ],
  ['doctor --smtp-url smtp://mail.example.com?from=hr@example.com', { ...DOCTOR, smtp: SMTP }],
  ['profile get', GET, TOKEN],
  ['profile get', { ...GET, token: { from: 'environment', name: 'SLACK_TOKEN', token: 's' } }, { SLACK_TOKEN: 's' }],
  ['profile get', { ...GET, token: { from: 'home', path: '/c/nametag/token' } }, { XDG_CONFIG_HOME: '/c' }],
  ['profile get', { ...GET, token: { from: 'home', path: '/h/.config/nametag/token' } }, { HOME: '/h' }],
  ['profile get --token-file -', { ...GET, token: { from: 'stdin' } }, TOKEN],
  ['profile get --token-file f', { ...GET, token: { from: 'file', path: 'f' } }, TOKEN],
  ['profile get U01 --labels --json', { ...GET, user: 'U01', labels: true, json: true }, TOKEN],
  ['profile get --api-url https://slack.com/api', { ...GET, apiUrl: 'https://slack.com/api/' }, TOKEN],
  ['profile get', { ...GET, apiUrl: 'https://a.example/api/' }, { ...TOKEN, NAMETAG_API_URL: 'https://a.example/api' }],
  [
    'profile set title=a=b --user U01 --field Xf01=c --field Role= --json-profile -',
    {
      ...CLIENT,
      run: 'profile set',
      user: 'U01',
      pairs: [['title', 'a=b']],
      fields: [
        ['Xf01', 'c'],
        ['Role', ''],
      ],
      jsonProfile: '-',
    },
    TOKEN,
  ],
  [
    'status set Lunch --emoji taco --until 13:30',
    { ...CLIENT, run: 'status set', user: null, text: 'Lunch', emoji: ':taco:', until: { until: '13:30' } },
    TOKEN,
  ],
  [
    'status set Lunch --until 13:30',
    { ...CLIENT, run: 'status set', user: null, text: 'Lunch', emoji: '', until: { until: '13:30' } },
    { ...TOKEN, NAMETAG_FOR: '2h' },
  ],
  ['status clear --user U01', { ...CLIENT, run: 'status clear', user: 'U01' }, TOKEN],
  ['sync p.csv', SYNC, TOKEN],
  [
    'sync p.csv --dry-run --yes --key id --map A=title --map B= --clear-empty --abort-over 20% --state s --report r',
    {
      ...SYNC,
      dryRun: true,
      yes: true,
      key: 'id',
      map: ['A=title', 'B='],
      clearEmpty: true,
      abortOverPercent: 20,
      state: 's',
      report: 'r',
    },
    TOKEN,
  ],
  ['sync -', { ...SYNC, file: '-', state: null }, TOKEN],
  ['completion zsh', { run: 'completion', ...AROUND, shell: 'zsh' }],
  ['--version', { run: 'version' }],
]

for (const [line, config, env = {}] of UNDERSTOOD) {
  test(`${line} ${JSON.stringify(env)}`, () => assert.deepEqual(readConfig(line.split(' '), env), config))
}

const CHOOSE = 'choose one of --data (NAMETAG_DATA) and --database-url (NAMETAG_DATABASE_URL)'
const FOLDER_NEEDED = "--data DIR is needed: the folder that holds the server's data"
const WHERE = "--data DIR or --database-url URL is needed: the folder or the database that holds the server's data"

const REFUSED: readonly (readonly [line: string, sentence: string, env?: Env])[] = [
  ['dve', 'there is no command "dve"; did you mean "dev"?'],
  ['--port 3', 'the command comes first, then --port'],
  ['token', 'token needs to know what to do: create, list or revoke'],
  ['profile', 'profile needs to know what to do: get or set'],
  ['status --json', 'status needs to know what to do: set or clear'],
  ['statsu set x', 'there is no command "statsu"; did you mean "status"?'],
  ['profile set', 'what is to be set? Give KEY=VALUE, such as title=Barista'],
  ['profile set title', '"title" must be KEY=VALUE'],
  ['profile set --field =x', '"=x" must be --field "FIELD=VALUE"'],
  ['profile set --json-profile - --token-file -', 'only one of --json-profile and --token-file can be read from stdin'],
  ['profile get --token xoxp-ada', 'there is no flag --token'],
  ['profile get --api-url slack.com', '--api-url must be a URL such as https://slack.com/api/'],
  ['status set', 'which status? Give a text, --emoji, or both; "nametag status clear" takes it away'],
  ['status set x --for 2h --until 17:30', 'choose one of --for and --until'],
  ['sync', 'which file? Give the CSV, such as people.csv'],
  ['sync a.csv --key name', '--key must be email or id'],
  ['sync a.csv --abort-over most', '--abort-over must be a percentage such as 20%'],
  ['completion', 'for which shell? bash, zsh, fish'],
  ['completion tcsh', 'for which shell? bash, zsh, fish'],
  ['token revok x', 'there is no command "token revok"; did you mean "token revoke"?'],
  ['dev --prot 3', 'there is no flag --prot; did you mean --port?'],
  [`serve --data d --database-url ${URL}`, CHOOSE],
  ['serve', CHOOSE, { NAMETAG_DATA: 'd', NAMETAG_DATABASE_URL: URL }],
  ['serve --data d --token-key k', '--token-key goes with --database-url'],
  ['serve --data d --shard-by-team', '--shard-by-team goes with --database-url'],
  ['serve --data d --memory', 'there is no flag --memory'],
  ['dev --port', '--port needs a value: --port NUMBER'],
  ['dev --port --json', '--port needs a value: --port NUMBER'],
  ['dev --port 65536', '--port must be a number from 0 to 65535'],
  ['dev --port 4e3', '--port must be a number from 0 to 65535'],
  ['dev --port 1 --port 2', '--port is given twice'],
  ['dev --memory=yes', '--memory takes no value'],
  ['dev --memory --data d', 'choose one of --data and --memory'],
  ['dev --rate-limits maybe', '--rate-limits must be on or off'],
  ['dev extra', '"extra" is one thing too many'],
  ['dev', '--port must be a number from 0 to 65535', { NAMETAG_PORT: 'x' }],
  [
    'dev',
    'NAMETAG_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
    { NAMETAG_LOG_LEVEL: 'loud' },
  ],
  ['serve', WHERE],
  ['token list', WHERE],
  ...['6', '10', '-1', '1.5', '1s', 'soon'].map(
    (delay) =>
      [`serve --data d --drain-delay=${delay}`, '--drain-delay must be a whole number of seconds from 0 to 5'] as const,
  ),
  ...['0d', '23h', '3651d', '30', '-1d', '1.5d', 'never'].map(
    (time) =>
      [
        `serve --data d --log-retention=${time}`,
        '--log-retention must be a time such as 30d or 48h, from 1d to 3650d',
      ] as const,
  ),
  ['serve --data d --public-url people', '--public-url must be a URL such as https://people.example.com'],
  ['serve --data d --public-url ftp://x', '--public-url must be a URL such as https://people.example.com'],
  ['check-workspace', 'which file is to be checked?'],
  ['token create --data d --scopes a', '--user is needed'],
  ['token create --data d --user U01', '--scopes is needed'],
  ['token create --data d --user U01 --scopes a --kind king', '--kind must be one of user, bot, app, workspace'],
  [
    'token create --data d --user U01 --scopes a --expires-in soon',
    '--expires-in must be a time such as 30d, 12h, 90m or 3600s, at most 3650d',
  ],
  ['backup --data d', '--to FILE is needed: the file to make'],
  ['backup --to f', FOLDER_NEEDED],
  [`doctor --data d --database-url ${URL}`, CHOOSE],
  ['export --data d', '--to FILE is needed: the file to make'],
  ['import --data d', 'which export? Give the file'],
  ['import f', WHERE],
  ['restore --data d', 'which backup? Give the file'],
  ['restore f', FOLDER_NEEDED],
  ['token revoke --data d', 'which token? "nametag token list" shows their ids'],
  ['token revoke xoxp-ada --data d', 'a token is revoked by its id, not by the token itself'],
]

for (const [line, sentence, env = {}] of REFUSED) {
  test(`${line}: ${sentence}`, () => {
    const config = readConfig(line.split(' '), env)
    assert.ok(config.run === 'usage-error')
    assert.equal(config.sentence.split('\n')[0], `nametag: ${sentence}`)
    assert.match(config.sentence, /\nTry: nametag .*--help$/)
  })
}

test('a mail server that is not understood is not repeated, as a password may stand in it', () => {
  for (const url of ['smtp://user:s3cret@', 'http://user:s3cret@mail.example.com', 'user:s3cret@mail.example.com']) {
    for (const config of [
      readConfig(['serve', '--data', 'd', '--smtp-url', url], {}),
      readConfig(['dev'], { NAMETAG_SMTP_URL: url }),
    ]) {
      assert.ok(config.run === 'usage-error')
      assert.ok(!config.sentence.includes('s3cret'))
      assert.ok(config.sentence.startsWith('nametag: --smtp-url must be a URL such as '))
    }
  }
})

test('a database that is not understood is not repeated either', () => {
  const without = [
    'postgres://user:s3cret@db.example.com',
    'postgres://user:s3cret@db.example.com/a/b',
    'postgres:s3cret',
  ]
  for (const url of [...without, 'mysql://user:s3cret@db.example.com/people', 'postgres://s3cret%/%zz', 's3cret']) {
    for (const config of [
      readConfig(['serve', '--database-url', url], {}),
      readConfig(['token', 'list'], { NAMETAG_DATABASE_URL: url }),
    ]) {
      assert.ok(config.run === 'usage-error')
      assert.ok(!config.sentence.includes('s3cret'))
      assert.ok(config.sentence.startsWith('nametag: --database-url must be a URL such as '), url)
    }
  }
})

test('nothing, help and --help give the overview, which names every command', () => {
  for (const argv of [[], ['help'], ['--help'], ['-h']]) {
    const config = readConfig(argv, {})
    assert.ok(config.run === 'help')
    for (const { name } of COMMANDS) assert.ok(config.text.includes(`  ${name} `), name)
  }
})

/** As a shell parts them, as far as examples need it. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([word]) => word.replaceAll('"', ''))
}

const SHAPES: readonly CommandShape[] = COMMANDS
for (const { name, flags, examples } of SHAPES) {
  test(`the help of ${name} begins with examples and names every flag and variable`, () => {
    for (const argv of [
      [...name.split(' '), '--help'],
      ['help', ...name.split(' ')],
      [...name.split(' '), '-h'],
    ]) {
      const config = readConfig(argv, {})
      assert.ok(config.run === 'help')
      assert.ok(config.text.indexOf('Examples') < config.text.indexOf('Flags'))
      for (const flag of [...flags, ...COMMON_FLAGS]) {
        assert.ok(config.text.includes(`  --${flag.name}`), flag.name)
        assert.ok(config.text.includes(flag.env ?? ''), flag.env)
      }
    }
  })

  test(`the examples of ${name} are understood`, () => {
    for (const example of examples) {
      const config = readConfig(wordsOf(example).slice(1), {})
      assert.equal(config.run, name, 'sentence' in config ? config.sentence : '')
    }
  })
}
