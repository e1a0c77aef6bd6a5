import type { Surroundings } from './command.ts'
import type { OperatorCommand } from './operator-command.ts'
import { OPERATOR_COMMANDS } from './operator-commands.ts'
import type { FlagValues } from './read-flags.ts'
import { readData, readPlace, readPlaceIfAny } from './read-place.ts'
import { readPublicUrl, readSmtp } from './read-urls.ts'
import { Wrong } from './wrong.ts'

export type OperatorCommandName = (typeof OPERATOR_COMMANDS)[number]['name']

/** Reads one of the commands of whoever runs a server. */
export function readOperatorCommand(
  name: OperatorCommandName,
  values: FlagValues,
  around: Surroundings,
): OperatorCommand {
  const json = values.isOn('json')
  switch (name) {
    case 'migrate':
      return { run: name, ...around, place: readPlace(values), check: values.isOn('check'), json }
    case 'backup':
      return {
        run: name,
        ...around,
        folder: readData(values),
        to: readTo(values),
        withKey: values.isOn('with-key'),
        force: values.isOn('force'),
        json,
      }
    case 'restore':
      return {
        run: name,
        ...around,
        file: readFile(values, 'which backup? Give the file'),
        folder: readData(values),
        fresh: values.isOn('fresh'),
        tokenKey: values.text('token-key') ?? null,
        withoutTokens: values.isOn('without-tokens'),
        json,
      }
    case 'export':
      return { run: name, ...around, place: readPlace(values), to: readTo(values), force: values.isOn('force'), json }
    case 'import':
      return {
        run: name,
        ...around,
        file: readFile(values, 'which export? Give the file'),
        place: readPlace(values),
        fresh: values.isOn('fresh'),
        withoutTokens: values.isOn('without-tokens'),
        json,
      }
    case 'doctor':
      return {
        run: name,
        ...around,
        place: readPlaceIfAny(values),
        publicUrl: readPublicUrl(values),
        smtp: readSmtp(values),
        json,
      }
    default:
      return name satisfies never
  }
}

function readTo(values: FlagValues): string {
  const to = values.text('to')
  if (to === undefined) throw new Wrong('--to FILE is needed: the file to make')
  return to
}

function readFile(values: FlagValues, question: string): string {
  const [file] = values.operands
  if (file === undefined) throw new Wrong(question)
  return file
}

export function isOperatorCommand(name: string): name is OperatorCommandName {
  return OPERATOR_COMMANDS.some((command) => command.name === name)
}
