import type { CommandShape, Flag } from './commands.ts'
import { COMMANDS, COMMON_FLAGS } from './commands.ts'

/** Shown for `nametag` alone and `nametag --help`. */
export function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length))
  return [
    "nametag: a server that speaks Slack's people-profile API.",
    '',
    'Examples',
    '  nametag dev                               a Slack for tests, with a demo team',
    '  nametag serve --data /var/lib/nametag     a durable directory for a team',
    '',
    'Commands',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}   ${summary}`),
    '',
    '"nametag COMMAND --help" tells more. "nametag --version" prints the version.',
    '',
  ].join('\n')
}

export function helpFor(command: CommandShape): string {
  const operands = command.operands ? ` ${command.operands.name}${command.operands.max > 1 ? '…' : ''}` : ''
  return [
    `nametag ${command.name}${operands}: ${command.summary}`,
    '',
    'Examples',
    ...command.examples.map((example) => `  ${example}`),
    '',
    'Flags',
    ...describeFlags([...command.flags, ...COMMON_FLAGS]),
    ...(command.notes ? ['', ...command.notes] : []),
    '',
  ].join('\n')
}

function describeFlags(flags: readonly Flag[]): string[] {
  const left = flags.map(({ name, value }) => (value === undefined ? `--${name}` : `--${name} ${value}`))
  const width = Math.max(...left.map((text) => text.length))
  return flags.map((flag, index) => {
    const byDefault = flag.default === undefined ? '' : ` Default: ${flag.default}.`
    const env = flag.env === undefined ? '' : ` [${flag.env}]`
    return `  ${(left[index] ?? '').padEnd(width)}   ${flag.doc}${byDefault}${env}`
  })
}
