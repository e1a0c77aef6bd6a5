import { delimiter } from 'node:path'
import { parseArgs } from 'node:util'
import { didYouMean } from '../did-you-mean.ts'
import type { CommandShape, Flag } from './commands.ts'
import { COMMON_FLAGS } from './commands.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** What a person asked for, still as text. Flags beat the environment, which beats defaults. */
export class FlagValues {
  readonly operands: readonly string[]
  readonly #given: ReadonlyMap<string, readonly string[]>
  readonly #env: Env
  readonly #flags: readonly Flag[]

  constructor(flags: readonly Flag[], given: ReadonlyMap<string, readonly string[]>, operands: string[], env: Env) {
    this.#flags = flags
    this.#given = given
    this.operands = operands
    this.#env = env
  }

  isGiven(name: string): boolean {
    return this.#given.has(name)
  }

  all(name: string): readonly string[] {
    const flag = this.#flags.find((known) => known.name === name)
    const fromEnv = flag?.env === undefined ? undefined : this.#env[flag.env]
    const given = this.#given.get(name)
    if (given) return given
    if (fromEnv) return flag?.many ? fromEnv.split(delimiter).filter((part) => part !== '') : [fromEnv]
    return flag?.default === undefined ? [] : [flag.default]
  }

  text(name: string): string | undefined {
    return this.all(name).at(-1)
  }

  isOn(name: string): boolean {
    const value = this.text(name)
    // https://no-color.org: any value that is not empty.
    if (name === 'no-color') return value !== undefined
    return value !== undefined && !OFF.has(value.toLowerCase())
  }
}

const OFF = new Set(['0', 'false', 'no', 'off', ''])

/** The flags of one command, or a sentence about the first that is wrong. */
export function readFlags(command: CommandShape, argv: readonly string[], env: Env): FlagValues | string {
  const flags = [...command.flags, ...COMMON_FLAGS]
  const given = new Map<string, string[]>()
  const operands: string[] = []

  for (const token of tokensOf(flags, argv)) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const flag = flags.find(({ name }) => name === token.name)
    if (!flag)
      return `there is no flag ${token.rawName}${didYouMean(
        token.name,
        flags.map(({ name }) => name),
      ).replace(/"(.+)"/, '--$1')}`
    const wrong = checkValue(flag, token.value, token.inlineValue)
    if (wrong) return wrong
    if (given.has(flag.name) && flag.value && !flag.many) return `--${flag.name} is given twice`
    given.set(flag.name, [...(given.get(flag.name) ?? []), token.value ?? 'on'])
  }

  const operandsMax = command.operands?.max ?? 0
  if (operands.length > operandsMax && !given.has('help')) {
    return `"${operands[operandsMax]}" is one thing too many`
  }
  return new FlagValues(flags, given, operands, env)
}

function tokensOf(flags: readonly Flag[], argv: readonly string[]) {
  const options = Object.fromEntries(
    flags.map(({ name, value }) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        ...(name === 'help' ? { short: 'h' } : {}),
      },
    ]),
  )
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens
}

function checkValue(flag: Flag, value: string | undefined, isInline: boolean | undefined): string | undefined {
  if (flag.value === undefined) return value === undefined ? undefined : `--${flag.name} takes no value`
  // `-` alone stands for stdin.
  if (value === undefined || value === '' || (value.startsWith('-') && value !== '-' && !isInline)) {
    return `--${flag.name} needs a value: --${flag.name} ${flag.value}`
  }
  return undefined
}
