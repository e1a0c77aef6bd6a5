import type { Surroundings } from './command.ts'
import type { OperatorCommand } from './operator-command.ts'
import type { OPERATOR_COMMANDS } from './operator-commands.ts'
import type { FlagValues } from './read-flags.ts'
import { readPlace } from './read-place.ts'

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
    default:
      return name satisfies never
  }
}

export function isOperatorCommand(name: string): name is OperatorCommandName {
  return name === 'migrate'
}
