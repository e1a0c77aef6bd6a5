import type { CommandShape } from './commands.ts'
import { DATABASE_URL, JSON_OUT, SERVER_DATA, TEAM, TOKEN_KEY } from './store-flags.ts'

const FLAGS = [SERVER_DATA, DATABASE_URL, TOKEN_KEY, TEAM, JSON_OUT] as const

/** What owners do with team.prefs.get and team.prefs.set, for whoever has the data. */
export const SETTINGS_COMMANDS = [
  {
    name: 'settings get',
    summary: 'Show the settings of a team that can be changed while it is at work.',
    examples: ['nametag settings get --data ./team'],
    flags: FLAGS,
    notes: ['Ends with 0 when shown, 1 when the data cannot be read, 2 when the command is wrong.'],
  },
  {
    name: 'settings set',
    summary: 'Change settings of a team, also one that has locked itself out.',
    examples: [
      'nametag settings set state=null --data ./team',
      'nametag settings set email_change=confirm sudo_minutes=15 --data ./team',
      'nametag settings set allowed_ips=10.0.0.0/8,127.0.0.1 --database-url postgres://nametag@db.example.com/people',
    ],
    operands: { name: 'KEY=VALUE', max: 8 },
    flags: FLAGS,
    notes: [
      'Keys are those of compat and settings in the workspace file, without the name of the block. What is not named stays.',
      'The entries of a list stand apart with commas; KEY= is a list without any.',
      'Servers go by it within a second.',
      'Ends with 0 when all are as asked for, 1 when one is refused and nothing is changed, 2 when the command is wrong.',
    ],
  },
] as const satisfies readonly CommandShape[]

export type SettingsCommandName = (typeof SETTINGS_COMMANDS)[number]['name']

export function isSettingsCommand(name: string): name is SettingsCommandName {
  return SETTINGS_COMMANDS.some((command) => command.name === name)
}
