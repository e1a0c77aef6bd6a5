import type { CommandShape, Flag } from './commands.ts'
import { JSON_OUT } from './store-flags.ts'

const API_URL_FLAG: Flag = {
  name: 'api-url',
  value: 'URL',
  env: 'NAMETAG_API_URL',
  default: 'http://127.0.0.1:4390/api/',
  doc: 'Where the Web API is; for Slack: https://slack.com/api/.',
}
const TOKEN_FILE: Flag = {
  name: 'token-file',
  value: 'FILE',
  env: 'NAMETAG_TOKEN_FILE',
  doc: 'A file with the token that only you may read; - reads it from stdin.',
}
const CLIENT_FLAGS = [API_URL_FLAG, TOKEN_FILE, JSON_OUT] as const
const USER: Flag = {
  name: 'user',
  value: 'USER',
  env: 'NAMETAG_USER',
  doc: "Whose profile, by id or email address; left out: the token's own.",
}

const TOKEN_NOTE =
  'The token comes from --token-file, else NAMETAG_TOKEN, else SLACK_TOKEN, else ~/.config/nametag/token; never from a flag.'
const ENDS = 'Ends with 0 when done, 1 when it cannot be done, 2 when the command is wrong.'
const CLIENT_NOTES = [TOKEN_NOTE, ENDS]

/** The commands that call an API: this server's, or Slack's. */
export const CLIENT_COMMANDS = [
  {
    name: 'profile get',
    summary: "Show a person's profile.",
    examples: ['nametag profile get', 'nametag profile get U0MEL00001 --labels', 'nametag profile get --json'],
    operands: { name: 'USER', max: 1 },
    flags: [{ name: 'labels', env: 'NAMETAG_LABELS', doc: 'Name custom fields by their labels too.' }, ...CLIENT_FLAGS],
    notes: CLIENT_NOTES,
  },
  {
    name: 'profile set',
    summary: "Change a person's profile; an empty value clears.",
    examples: [
      'nametag profile set title="Head barista" pronouns=she/her',
      'nametag profile set --user U0MEL00001 Xf0ROLE001=Roaster',
      'nametag profile set --field "Favourite drink=Flat white"',
      'nametag profile set --json-profile profile.json',
    ],
    operands: { name: 'KEY=VALUE', max: 50 },
    flags: [
      USER,
      { name: 'field', value: 'FIELD=VALUE', many: true, doc: 'A custom field, by its id or label.' },
      {
        name: 'json-profile',
        value: 'FILE',
        env: 'NAMETAG_JSON_PROFILE',
        doc: 'The keys to change as a JSON object; - reads it from stdin.',
      },
      ...CLIENT_FLAGS,
    ],
    notes: ['A key is one of the profile, the id of a custom field, or its label.', ...CLIENT_NOTES],
  },
  {
    name: 'status set',
    summary: 'Set a status, for a while or until cleared.',
    examples: [
      'nametag status set "riding a train" --emoji :train: --for 2h',
      'nametag status set Lunch --until 13:30',
      'nametag status set "On holiday" --emoji :palm_tree: --until 2026-12-24T12:00',
    ],
    operands: { name: 'TEXT', max: 1 },
    flags: [
      { name: 'emoji', value: ':NAME:', env: 'NAMETAG_EMOJI', doc: 'The emoji beside the text.' },
      { name: 'for', value: 'TIME', env: 'NAMETAG_FOR', doc: 'How long: such as 45m, 2h or 3d.' },
      {
        name: 'until',
        value: 'TIME',
        env: 'NAMETAG_UNTIL',
        doc: 'In local time: 17:30 (tomorrow where that has passed) or 2026-12-24T12:00.',
      },
      USER,
      ...CLIENT_FLAGS,
    ],
    notes: CLIENT_NOTES,
  },
  {
    name: 'status clear',
    summary: 'Take the status away.',
    examples: ['nametag status clear'],
    flags: [USER, ...CLIENT_FLAGS],
    notes: CLIENT_NOTES,
  },
  {
    name: 'sync',
    summary: 'Make profiles what a CSV file says, person by person.',
    examples: [
      'nametag sync people.csv --dry-run',
      'nametag sync people.csv --yes --report report.csv',
      'nametag sync people.csv --yes --key id --map "Job title=title" --map "Notes=" --abort-over 20%',
    ],
    operands: { name: 'FILE', max: 1 },
    flags: [
      { name: 'dry-run', env: 'NAMETAG_DRY_RUN', doc: 'Show what would change and change nothing.' },
      { name: 'yes', doc: 'Do not ask. Needed where nobody can answer.' },
      {
        name: 'key',
        value: 'email|id',
        env: 'NAMETAG_KEY',
        choices: ['email', 'id'],
        doc: 'What tells people apart; left out: ids where a column holds them.',
      },
      {
        name: 'map',
        value: 'COLUMN=KEY',
        many: true,
        doc: 'The profile key, or field id or label, of a column; COLUMN= leaves it out.',
      },
      { name: 'clear-empty', doc: 'An empty cell clears the value, instead of leaving it as it is.' },
      {
        name: 'abort-over',
        value: 'PERCENT',
        env: 'NAMETAG_ABORT_OVER',
        doc: 'Change nothing when more of the people than this would change.',
      },
      {
        name: 'state',
        value: 'FILE',
        env: 'NAMETAG_STATE',
        doc: 'Where an interrupted run is remembered. Default: FILE.nametag-sync beside the CSV.',
      },
      {
        name: 'report',
        value: 'FILE',
        env: 'NAMETAG_REPORT',
        doc: 'Write what became of each row: JSON where the name ends in .json, else CSV.',
      },
      ...CLIENT_FLAGS,
    ],
    notes: [
      'The first line names the columns. "id", "user" or "user_id" holds user ids; "email" addresses; others are profile keys, field ids or labels.',
      "Slack's limits are kept by waiting. After Ctrl-C, the same command goes on where it stopped.",
      TOKEN_NOTE,
      'Ends with 0 when all is done, 3 when some rows failed, 1 when it could not run, 2 when the command is wrong, 130 when interrupted.',
    ],
  },
  {
    name: 'mcp',
    summary: 'Let an agent on this machine read and set profiles, over stdio.',
    examples: ['nametag mcp', 'nametag mcp --api-url https://slack.com/api/ --token-file ~/.config/slack-token'],
    flags: [API_URL_FLAG, TOKEN_FILE],
    notes: [
      'Started by the agent: stdin and stdout speak the Model Context Protocol, problems are told on stderr.',
      TOKEN_NOTE,
      'Ends with 0 when the agent hangs up, 1 when it cannot start, 2 when the command is wrong.',
    ],
  },
  {
    name: 'completion',
    summary: 'Print the completion script of a shell.',
    examples: ['nametag completion bash', 'nametag completion zsh', 'nametag completion fish'],
    operands: { name: 'SHELL', max: 1 },
    flags: [],
    notes: [
      'bash: source <(nametag completion bash). zsh: source <(nametag completion zsh), after compinit. fish: nametag completion fish | source.',
      'Ends with 0 when printed, 2 when the command is wrong.',
    ],
  },
] as const satisfies readonly CommandShape[]
