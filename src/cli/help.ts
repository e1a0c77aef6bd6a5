import type { CommandShape, Flag } from './commands.ts'
import { COMMANDS, COMMON_FLAGS } from './commands.ts'

/** What every terminal shows without breaking words. */
const COLUMNS = 80

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
    ...COMMANDS.flatMap(({ name, summary }) => twoColumns(name, width, summary)),
    '',
    '"nametag COMMAND --help" tells more. "nametag --version" prints the version.',
    '',
  ].join('\n')
}

export function helpFor(command: CommandShape): string {
  const operands = command.operands ? ` ${command.operands.name}${command.operands.max > 1 ? '…' : ''}` : ''
  return [
    ...wrap(`nametag ${command.name}${operands}: ${command.summary}`, COLUMNS),
    '',
    'Examples',
    ...command.examples.map((example) => `  ${example}`),
    '',
    'Flags',
    ...describeFlags([...command.flags, ...COMMON_FLAGS]),
    ...(command.notes ? ['', ...command.notes.flatMap((note) => wrap(note, COLUMNS))] : []),
    '',
  ].join('\n')
}

function describeFlags(flags: readonly Flag[]): string[] {
  const left = flags.map(({ name, value }) => (value === undefined ? `--${name}` : `--${name} ${value}`))
  const width = Math.max(...left.map((text) => text.length))
  return flags.flatMap((flag, index) => {
    const byDefault = flag.default === undefined ? '' : ` Default: ${flag.default}.`
    const env = flag.env === undefined ? '' : ` [${flag.env}]`
    return twoColumns(left[index] ?? '', width, `${flag.doc}${byDefault}${env}`)
  })
}

function twoColumns(left: string, width: number, right: string): string[] {
  const [first = '', ...rest] = wrap(right, COLUMNS - width - 5)
  return [`  ${left.padEnd(width)}   ${first}`, ...rest.map((line) => `${' '.repeat(width + 5)}${line}`)]
}

/** Broken between words alone: a URL that is too long stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
