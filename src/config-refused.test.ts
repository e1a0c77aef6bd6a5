import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Env } from './cli/read-flags.ts'
import { readConfig } from './config.ts'

const URL = 'postgres://ada:secret@db.example.com/people'
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
