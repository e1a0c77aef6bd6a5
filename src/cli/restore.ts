import { type BackupFacts, checkBackup } from '../storage/sqlite/backup.ts'
import { keyCheckOf } from '../storage/token-key-check.ts'
import { readKey } from '../storage/token-keys.ts'
import { CannotStart } from './cannot-start.ts'
import { hasKey, keyIn } from './folder-files.ts'
import type { Restore } from './operator-command.ts'
import { restoreFolder } from './restore-folder.ts'
import { tellCounts } from './tell-counts.ts'
import type { Terminal } from './terminal.ts'

/** Makes a data folder of a backup. Nothing of the folder changes before the file is checked. */
export async function restore(command: Restore, terminal: Terminal): Promise<number> {
  const { file, folder, fresh, withoutTokens, json } = command
  const facts = checked(file)
  const key = withoutTokens ? null : chooseKey(command, facts)
  restoreFolder(folder, { backup: file, fresh, key, withoutTokens })
  const isKeyMissing = !withoutTokens && !hasKey(folder) && (facts.counts.tokens ?? 0) > 0
  if (json) terminal.out(`${JSON.stringify({ folder, madeAt: facts.madeAt, counts: facts.counts, isKeyMissing })}\n`)
  else terminal.out(`Restored ${folder} as it was at ${facts.madeAt}: ${tellCounts(facts.counts)}.\n`)
  if (withoutTokens) terminal.error('The tokens are left out: the next start prints a sign-in link for the owner.\n')
  if (isKeyMissing) {
    terminal.error(`Put the token key of the backup at ${keyIn(folder)}: without it no server starts on this folder.\n`)
  }
  return 0
}

function checked(file: string): BackupFacts {
  try {
    return checkBackup(file)
  } catch (error) {
    throw new CannotStart((error as Error).message, { cause: error })
  }
}

/** The key to put into the folder; `null`: the one that is there, or none. Every one that is at hand must be the right one. */
function chooseKey({ folder, tokenKey }: Restore, facts: BackupFacts): Buffer | null {
  const given = tokenKey === null ? null : readOrRefuse(tokenKey)
  const there = hasKey(folder) ? readOrRefuse(keyIn(folder)) : null
  const right = facts.keyCheck ?? (facts.tokenKey === null ? undefined : keyCheckOf(facts.tokenKey))
  for (const [key, name] of [
    [given, tokenKey],
    [there, keyIn(folder)],
  ] as const) {
    if (key !== null && right !== undefined && keyCheckOf(key) !== right) {
      throw new CannotStart(`${name} is not the token key of this backup. Nothing was changed.`)
    }
  }
  return there === null ? (given ?? facts.tokenKey) : null
}

function readOrRefuse(file: string): Buffer {
  try {
    return readKey(file)
  } catch (error) {
    throw new CannotStart(`The token key cannot be read: ${(error as Error).message}`, { cause: error })
  }
}
