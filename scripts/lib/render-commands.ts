import { COMMANDS, COMMON_FLAGS, type CommandShape, type Flag } from '../../src/cli/commands.ts'

/** docs/commands.md, from the table that the commands themselves are read by. */
export function renderCommands(commands: readonly CommandShape[] = COMMANDS): string {
  return [
    '# Commands',
    '',
    'Made from the table of flags by `npm run commands`. Flags beat environment variables, which beat defaults.',
    '',
    ...commands.map(
      ({ name, summary }) => `- [\`nametag ${name}\`](#nametag-${name.replaceAll(' ', '-')}): ${summary}`,
    ),
    ...commands.flatMap(section),
    '',
    '## Flags of every command',
    '',
    ...flagTable(COMMON_FLAGS),
    '',
  ].join('\n')
}

function section({ name, summary, examples, operands, flags, notes = [] }: CommandShape): string[] {
  const follows = operands === undefined ? '' : ` ${operands.name}${operands.max > 1 ? '…' : ''}`
  return [
    '',
    `## nametag ${name}`,
    '',
    summary,
    '',
    ...examples.map((example) => `    ${example}`),
    '',
    `\`nametag ${name}${follows}${flags.length === 0 ? '' : ' [flags]'}\``,
    ...(flags.length === 0 ? [] : ['', ...flagTable(flags)]),
    ...notes.flatMap((note) => ['', cell(note)]),
  ]
}

function flagTable(flags: readonly Flag[]): string[] {
  const rows = flags.map(({ name, value, env, default: byDefault, many, doc }) => {
    const typed = value === undefined ? `--${name}` : `--${name} ${value}`
    const told = `${doc}${byDefault === undefined ? '' : ` Default: ${byDefault}.`}${many ? ' May be given several times.' : ''}`
    return `| \`${cell(typed)}\` | ${env === undefined ? '' : `\`${env}\``} | ${cell(told)} |`
  })
  return ['| Flag | Variable | |', '| --- | --- | --- |', ...rows]
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
