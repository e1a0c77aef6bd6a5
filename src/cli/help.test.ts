import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../config.ts'
import { COMMANDS, COMMON_FLAGS, type CommandShape } from './commands.ts'
import { helpFor, overview } from './help.ts'

test('help fits into 80 columns, but for examples to copy and words that are longer', () => {
  const lines = [overview(), ...COMMANDS.map(helpFor)].flatMap((text) => text.split('\n'))
  const examples = new Set(COMMANDS.flatMap(({ examples }) => examples.map((example) => `  ${example}`)))
  const tooLong = lines.filter((line) => line.length > 80 && !examples.has(line) && line.trim().includes(' '))
  assert.ok(lines.length > COMMANDS.length)
  assert.deepEqual(tooLong, [])
})

test('help loses no word where it breaks a line', () => {
  for (const command of COMMANDS) {
    const words = helpFor(command).split(/\s+/).join(' ')
    assert.ok(words.includes(command.summary), command.name)
    for (const { doc } of command.flags) assert.ok(words.includes(doc), `${command.name}: ${doc}`)
    for (const note of command.notes ?? []) assert.ok(words.includes(note), `${command.name}: ${note}`)
  }
})

test('nothing, help and --help give the overview, which names every command', () => {
  for (const argv of [[], ['help'], ['--help'], ['-h']]) {
    const config = readConfig(argv, {})
    assert.ok(config.run === 'help')
    for (const { name } of COMMANDS) assert.ok(config.text.includes(`  ${name} `), name)
  }
})

/** As a shell parts them, as far as examples need it. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([word]) => word.replaceAll('"', ''))
}

const SHAPES: readonly CommandShape[] = COMMANDS
for (const { name, flags, examples } of SHAPES) {
  test(`the help of ${name} begins with examples and names every flag and variable`, () => {
    for (const argv of [
      [...name.split(' '), '--help'],
      ['help', ...name.split(' ')],
      [...name.split(' '), '-h'],
    ]) {
      const config = readConfig(argv, {})
      assert.ok(config.run === 'help')
      assert.ok(config.text.indexOf('Examples') < config.text.indexOf('Flags'))
      for (const flag of [...flags, ...COMMON_FLAGS]) {
        assert.ok(config.text.includes(`  --${flag.name}`), flag.name)
        assert.ok(config.text.includes(flag.env ?? ''), flag.env)
      }
    }
  })

  test(`the examples of ${name} are understood`, () => {
    for (const example of examples) {
      const config = readConfig(wordsOf(example).slice(1), {})
      assert.equal(config.run, name, 'sentence' in config ? config.sentence : '')
    }
  })
}
