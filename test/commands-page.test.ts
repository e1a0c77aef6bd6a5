import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { renderCommands } from '../scripts/lib/render-commands.ts'

test('docs/commands.md is what the table of commands says; npm run commands writes it', () => {
  assert.equal(readFileSync(new URL('../docs/commands.md', import.meta.url), 'utf8'), renderCommands())
})
