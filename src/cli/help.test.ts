import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COMMANDS } from './commands.ts'
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
