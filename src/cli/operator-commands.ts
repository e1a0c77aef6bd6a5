import type { CommandShape } from './commands.ts'
import { DATABASE_URL, JSON_OUT, SERVER_DATA } from './store-flags.ts'

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
      { name: 'check', doc: 'Only tell what is missing, and change nothing.' },
      JSON_OUT,
    ],
    notes: [
      'A server that starts does the same by itself.',
      'Ends with 0 when all is up to date, 1 when it is not or cannot be, 2 when the command is wrong.',
    ],
  },
] as const satisfies readonly CommandShape[]
