import type { Completion } from './client-command.ts'
import { COMMANDS, COMMON_FLAGS, type CommandShape, type Flag } from './commands.ts'
import type { Terminal } from './terminal.ts'

/** Prints the script that tells a shell what may follow; made from the table of commands and flags. */
export function completion({ shell }: Completion, terminal: Terminal): number {
  terminal.out(completionScript(shell))
  return 0
}

export function completionScript(shell: Completion['shell'], commands: readonly CommandShape[] = COMMANDS): string {
  switch (shell) {
    case 'bash':
      return bash(commands)
    case 'zsh':
      // zsh runs bash's scripts once it is asked to.
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`
    case 'fish':
      return fish(commands)
    default:
      return shell satisfies never
  }
}

const FILE_VALUES: ReadonlySet<string> = new Set(['FILE', 'DIR'])

function bash(commands: readonly CommandShape[]): string {
  const cases = commands.map(({ name, flags }) => `    ${quoted(name)}) words=${quoted(flagWords(flags).join(' '))} ;;`)
  const values = choicesOf(commands).map(
    ([command, flag, choices]) => `    ${quoted(`${command} ${flag}`)}) words=${quoted(choices.join(' '))} ;;`,
  )
  return `${[
    '_nametag() {',
    `  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words= command=\${COMP_WORDS[1]}`,
    `  case "$command" in ${groupsOf(commands).join('|')}) [ "$COMP_CWORD" -gt 2 ] && command="$command $` +
      '{COMP_WORDS[2]}" ;; esac',
    '  case "$command $previous" in',
    ...values,
    '  esac',
    '  if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$current")); return; fi',
    `  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W ${quoted(firstWords(commands).join(' '))} -- "$current")); return; fi`,
    '  if [ "$COMP_CWORD" -eq 2 ]; then',
    '    case "$command" in',
    ...groupsOf(commands).map(
      (group) =>
        `    ${group}) COMPREPLY=($(compgen -W ${quoted(secondWords(commands, group).join(' '))} -- "$current")); return ;;`,
    ),
    '    completion) COMPREPLY=($(compgen -W \'bash zsh fish\' -- "$current")); return ;;',
    '    esac',
    '  fi',
    '  case "$command" in',
    ...cases,
    '  esac',
    '  case "$current" in -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;; *) COMPREPLY=($(compgen -f -- "$current")) ;; esac',
    '}',
    'complete -o filenames -F _nametag nametag',
  ].join('\n')}\n`
}

function fish(commands: readonly CommandShape[]): string {
  const lines = ['complete -c nametag -f']
  for (const word of firstWords(commands)) {
    const summary = commands.find(({ name }) => name === word)?.summary ?? ''
    lines.push(`complete -c nametag -n __fish_use_subcommand -a ${word} -d ${quoted(summary)}`)
  }
  for (const group of groupsOf(commands)) {
    const words = secondWords(commands, group)
    const none = `__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${words.join(' ')}`
    lines.push(`complete -c nametag -n ${quoted(none)} -a ${quoted(words.join(' '))}`)
  }
  lines.push(`complete -c nametag -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'`)
  for (const command of commands) {
    const seen = command.name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
    if (command.operands?.name === 'FILE') lines.push(`complete -c nametag -n ${quoted(seen)} -F`)
    for (const flag of [...command.flags, ...COMMON_FLAGS]) lines.push(fishFlag(seen, flag))
  }
  return `${lines.join('\n')}\n`
}

function fishFlag(seen: string, { name, value, choices, doc }: Flag): string {
  const takes = value === undefined ? '' : FILE_VALUES.has(value) ? ' -r -F' : ' -x'
  const given = choices === undefined ? '' : ` -a ${quoted(choices.join(' '))}`
  return `complete -c nametag -n ${quoted(seen)} -l ${name}${takes}${given} -d ${quoted(doc)}`
}

function choicesOf(commands: readonly CommandShape[]): [command: string, flag: string, choices: readonly string[]][] {
  return commands.flatMap(({ name, flags }) =>
    flags.flatMap((flag) =>
      flag.choices ? [[name, `--${flag.name}`, flag.choices] as [string, string, readonly string[]]] : [],
    ),
  )
}

const flagWords = (flags: readonly Flag[]): string[] => [...flags, ...COMMON_FLAGS].map(({ name }) => `--${name}`)
const firstWords = (commands: readonly CommandShape[]): string[] => [
  ...new Set(commands.map(({ name }) => name.split(' ')[0] ?? '')),
]
const groupsOf = (commands: readonly CommandShape[]): string[] => [
  ...new Set(commands.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0] ?? '')),
]
const secondWords = (commands: readonly CommandShape[], group: string): string[] =>
  commands.filter(({ name }) => name.startsWith(`${group} `)).map(({ name }) => name.slice(group.length + 1))

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
