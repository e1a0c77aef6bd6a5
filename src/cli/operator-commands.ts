import type { CommandShape, Flag } from './commands.ts'
import { DATABASE_URL, JSON_OUT, PUBLIC_URL, SERVER_DATA, SMTP_URL, TOKEN_KEY } from './store-flags.ts'

const FORCE: Flag = { name: 'force', doc: 'Replace the file if it is there.' }
const WITHOUT_TOKENS: Flag = {
  name: 'without-tokens',
  doc: 'Leave the tokens out, for when their key is lost: new ones have to be made.',
}
const ENDS = 'Ends with 0 when done, 1 when it cannot be done, 2 when the command is wrong.'

/** The commands of whoever runs a server. */
export const OPERATOR_COMMANDS = [
  {
    name: 'migrate',
    summary: 'Bring the tables up to date without serving.',
    examples: [
      'nametag migrate --data ./team',
      'nametag migrate --database-url postgres://nametag@db.example.com/people --check',
    ],
    flags: [
      { ...SERVER_DATA, doc: "The server's data folder; the server is stopped, but for --check." },
      DATABASE_URL,
      { name: 'check', env: 'NAMETAG_CHECK', doc: 'Only tell what is missing, and change nothing.' },
      JSON_OUT,
    ],
    notes: [
      'A server that starts does the same by itself.',
      'Ends with 0 when all is up to date, 1 when it is not or cannot be, 2 when the command is wrong.',
    ],
  },
  {
    name: 'backup',
    summary: 'Copy the data of a server into one file, also while it runs.',
    examples: [
      'nametag backup --data ./team --to team.nametag-backup',
      'nametag backup --data ./team --to /mnt/nightly.nametag-backup --force --json',
    ],
    flags: [
      SERVER_DATA,
      { name: 'to', value: 'FILE', env: 'NAMETAG_TO', doc: 'The file to make. Needed.' },
      { name: 'with-key', doc: 'Put the key of the tokens into it: then the file is as secret as the tokens.' },
      FORCE,
      JSON_OUT,
    ],
    notes: [
      'The file is checked, flushed to the disk and only then given its name. It holds everything that was answered before the command began.',
      'For PostgreSQL, use its own tools, such as pg_dump or pg_basebackup, or "nametag export".',
      ENDS,
    ],
  },
  {
    name: 'restore',
    summary: 'Make a data folder of a backup.',
    examples: [
      'nametag restore team.nametag-backup --data ./team',
      'nametag restore team.nametag-backup --data ./team --fresh',
    ],
    operands: { name: 'FILE', max: 1 },
    flags: [
      { ...SERVER_DATA, doc: 'The folder to make. The server on it is stopped.' },
      { name: 'fresh', doc: 'Put the backup in place of what the folder holds; the token key stays.' },
      {
        name: 'token-key',
        value: 'FILE',
        doc: 'The key of the tokens, where neither the backup nor the folder has it.',
      },
      WITHOUT_TOKENS,
      JSON_OUT,
    ],
    notes: ['Nothing is changed before the backup is checked.', ENDS],
  },
  {
    name: 'export',
    summary: 'Write everything that a store holds into a file that any engine takes in, also while servers run.',
    examples: [
      'nametag export --data ./team --to team.jsonl.gz',
      'nametag export --database-url postgres://nametag@db.example.com/people --to people.jsonl.gz',
    ],
    flags: [
      SERVER_DATA,
      DATABASE_URL,
      {
        name: 'to',
        value: 'FILE',
        env: 'NAMETAG_TO',
        doc: 'The file to make: lines of JSON, compressed where it ends in .gz. Needed.',
      },
      FORCE,
      JSON_OUT,
    ],
    notes: [
      'The file is of one moment. It holds no token and no token key, but everything else: keep it secret.',
      ENDS,
    ],
  },
  {
    name: 'import',
    summary: 'Fill an empty store from an export, and compare what was written with it.',
    examples: [
      'nametag import team.jsonl.gz --database-url postgres://nametag@db.example.com/people --token-key ./team/token.key',
      'nametag import people.jsonl.gz --data ./team',
    ],
    operands: { name: 'FILE', max: 1 },
    flags: [
      { ...SERVER_DATA, doc: 'The folder to fill; no server runs on it.' },
      { ...DATABASE_URL, doc: 'The PostgreSQL to fill, instead of --data: postgres://user:password@host/database.' },
      TOKEN_KEY,
      { name: 'fresh', doc: 'Delete what an import left that was cut off. Nothing else is ever deleted.' },
      WITHOUT_TOKENS,
      JSON_OUT,
    ],
    notes: [
      'Until an import has succeeded, no server starts on the store.',
      'Tokens work with the key that they were made under: copy it to token.key of the folder, or name it with --token-key.',
      ENDS,
    ],
  },
  {
    name: 'doctor',
    summary: 'Look at everything that a server depends on, and say what to do.',
    examples: [
      'nametag doctor',
      'nametag doctor --data ./team --public-url https://people.example.com',
      'nametag doctor --database-url postgres://nametag@db.example.com/people --token-key /etc/nametag/token.key --json',
    ],
    flags: [SERVER_DATA, DATABASE_URL, TOKEN_KEY, PUBLIC_URL, SMTP_URL, JSON_OUT],
    notes: [
      'Nothing is changed; servers may be running.',
      'Ends with 0 when there is no problem, 1 when there is one, 2 when the command is wrong.',
    ],
  },
] as const satisfies readonly CommandShape[]
