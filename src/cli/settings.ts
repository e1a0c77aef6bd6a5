import type { WirePrefs } from '../domain/team-prefs.ts'
import { ask } from './ask.ts'
import type { SettingsCommand } from './settings-command.ts'
import type { SettingsRequest, SettingsTold } from './settings-requests.ts'
import type { Terminal } from './terminal.ts'

/** Shows or changes the settings of a team, through the running server or, where none runs, by itself. */
export async function settings(command: SettingsCommand, terminal: Terminal): Promise<number> {
  const answer = await ask(command.place, requestOf(command))
  if (!answer.ok) {
    terminal.error(`nametag: ${answer.error}\n`)
    return 1
  }
  const told = answer.result as SettingsTold
  terminal.out(command.json ? `${JSON.stringify(told)}\n` : linesOf(told.prefs))
  return 0
}

function requestOf(command: SettingsCommand): SettingsRequest {
  const { team } = command
  return command.run === 'settings get'
    ? { command: command.run, team }
    : { command: command.run, team, prefs: command.prefs }
}

/** As "settings set" takes them. */
function linesOf({ compat, settings: rest }: WirePrefs): string {
  return Object.entries({ ...compat, ...rest })
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(',') : value}\n`)
    .join('')
}
