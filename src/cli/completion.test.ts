import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { SHELLS } from './client-command.ts'
import { COMMANDS, type CommandShape } from './commands.ts'
import { completionScript } from './completion.ts'

const SHAPES: readonly CommandShape[] = COMMANDS

for (const shell of SHELLS) {
  test(`the script of ${shell} knows every command and every flag`, () => {
    const script = completionScript(shell)
    for (const { name, flags } of SHAPES) {
      for (const word of name.split(' ')) assert.ok(script.includes(word), name)
      for (const flag of flags)
        assert.ok(script.includes(shell === 'fish' ? `-l ${flag.name}` : `--${flag.name}`), flag.name)
    }
  })
}

/** What bash itself offers. */
function offered(...words: string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(' ')
  const script = `${completionScript('bash')}\nCOMP_WORDS=(nametag ${line}); COMP_CWORD=${words.length}; _nametag; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n')
}

test('bash offers commands, their second words, flags, and the choices of a flag', {
  skip: process.platform === 'win32',
}, () => {
  assert.deepEqual(offered('sy'), ['sync'])
  assert.deepEqual(offered('status', ''), ['set', 'clear'])
  assert.deepEqual(offered('profile', 'set', '--fi'), ['--field'])
  assert.deepEqual(offered('sync', 'p.csv', '--key', ''), ['email', 'id'])
  assert.deepEqual(offered('completion', ''), ['bash', 'zsh', 'fish'])
})
