import { statSync } from 'node:fs'
import { systemClock } from '../clock.ts'
import { type BackupFacts, makeBackup } from '../storage/sqlite/backup.ts'
import { readKey } from '../storage/token-keys.ts'
import { VERSION } from '../version.ts'
import { CannotStart } from './cannot-start.ts'
import { databaseIn, keyIn } from './folder-files.ts'
import { expectData } from './open-place.ts'
import type { Backup } from './operator-command.ts'
import { tellCounts } from './tell-counts.ts'
import type { Terminal } from './terminal.ts'
import { writeWholeFile } from './whole-file.ts'

/** Copies a store into one file, also while a server writes to it: reading holds up no writer. */
export async function backup({ folder, to, withKey, force, json }: Backup, terminal: Terminal): Promise<number> {
  await expectData({ in: 'folder', folder })
  const madeAt = new Date(systemClock.now()).toISOString()
  const facts = await writeWholeFile({ path: to, force }, (draft) => {
    const tokenKey = withKey ? readKey(keyIn(folder)) : null
    return makeBackup({ from: databaseIn(folder), to: draft, madeAt, version: VERSION, tokenKey })
  }).catch((error: unknown) => {
    throw error instanceof CannotStart ? error : new CannotStart(sentenceOf(folder, error), { cause: error })
  })
  const bytes = statSync(to).size
  if (json) terminal.out(`${JSON.stringify({ file: to, madeAt, bytes, counts: facts.counts, withKey })}\n`)
  else terminal.out(tell(folder, to, facts, bytes))
  return 0
}

function sentenceOf(folder: string, error: unknown): string {
  return `${folder} cannot be backed up: ${error instanceof Error ? error.message : error}`
}

function tell(folder: string, to: string, { counts, tokenKey }: BackupFacts, bytes: number): string {
  const lines = [
    `Backed up ${folder} to ${to}, and checked it: ${tellCounts(counts)}, ${bytes.toLocaleString('en')} bytes.`,
  ]
  if (tokenKey === null) lines.push(`The token key is not in it: keep ${keyIn(folder)} somewhere else, once.`)
  else lines.push('The token key is in it: whoever has the file can guess at tokens, so keep it like a password.')
  return `${lines.join('\n')}\n`
}
