/** Writes docs/commands.md from the table of commands. `npm run commands` writes it. */
import { writeFileSync } from 'node:fs'
import { renderCommands } from './lib/render-commands.ts'

writeFileSync(new URL('../docs/commands.md', import.meta.url), renderCommands())
