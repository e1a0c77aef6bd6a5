import { didYouMean } from '../did-you-mean.ts'
import { DEFAULT_COMPAT, DEFAULT_SETTINGS } from '../domain/team.ts'
import { prefsToWire } from '../domain/team-prefs.ts'
import type { Surroundings } from './command.ts'
import type { FlagValues } from './read-flags.ts'
import { readPlace } from './read-place.ts'
import type { SettingsCommand, SettingsSet } from './settings-command.ts'
import type { SettingsCommandName } from './settings-commands.ts'
import { Wrong } from './wrong.ts'

/** Reads one of the commands about a team's settings. */
export function readSettingsCommand(
  name: SettingsCommandName,
  values: FlagValues,
  around: Surroundings,
): SettingsCommand {
  const common = { ...around, place: readPlace(values), team: values.text('team') ?? null, json: values.isOn('json') }
  return name === 'settings get'
    ? { run: name, ...common }
    : { run: name, ...common, prefs: readPairs(values.operands) }
}

interface Known {
  readonly block: string
  readonly isList: boolean
}

const KNOWN: ReadonlyMap<string, Known> = new Map(
  Object.entries(prefsToWire({ compat: DEFAULT_COMPAT, settings: DEFAULT_SETTINGS })).flatMap(([block, prefs]) =>
    Object.entries(prefs).map(([key, value]) => [key, { block, isList: Array.isArray(value) }]),
  ),
)

function readPairs(pairs: readonly string[]): SettingsSet['prefs'] {
  if (pairs.length === 0) throw new Wrong('what is to be set? Give KEY=VALUE, such as state=null')
  const prefs: Record<string, Record<string, unknown>> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new Wrong(`"${pair}" must be KEY=VALUE`)
    const key = pair.slice(0, at)
    const known = KNOWN.get(key)
    if (known === undefined) throw new Wrong(`there is no setting "${key}"${didYouMean(key, KNOWN.keys())}`)
    const block = prefs[known.block] ?? {}
    if (key in block) throw new Wrong(`${key} is given twice`)
    prefs[known.block] = { ...block, [key]: readValue(pair.slice(at + 1), known) }
  }
  return prefs
}

/** As the workspace file would have it. What is of the wrong kind is told by the checks of that file. */
function readValue(text: string, { isList }: Known): unknown {
  if (isList) return text === '' ? [] : text.split(',').map((entry) => entry.trim())
  return /^(?:true|false|null|0|[1-9]\d{0,14})$/.test(text) ? JSON.parse(text) : text
}
