import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { KEY_NOTE, keyCheckOf } from '../storage/token-key-check.ts'
import { readKey } from '../storage/token-keys.ts'
import {
  type Digests,
  digestOfAll,
  digestsOf,
  ImportLost,
  type Row,
  TableDigest,
  TRANSFER_TABLES,
  type TransferTable,
  type TransferTarget,
} from '../storage/transfer.ts'
import { CannotStart } from './cannot-start.ts'
import { reasonOf } from './error-reason.ts'
import type { Header } from './export-file.ts'
import { keyIn } from './folder-files.ts'
import type { Import } from './operator-command.ts'
import { readExport, readHeader } from './read-export.ts'
import { SIGN_IN_NOTE } from './sign-in.ts'
import { nameOf } from './store-place.ts'
import { createGarbageCollector } from './take-out-garbage.ts'
import { tellCounts } from './tell-counts.ts'
import type { Terminal } from './terminal.ts'
import { openTarget } from './transfer-place.ts'

/** Fills an empty store from an export: all of it, or nothing that anybody could take for it. */
export async function importStore(command: Import, terminal: Terminal): Promise<number> {
  const { file, place, withoutTokens, json } = command
  const header = await readHeader(file)
  if (!withoutTokens) checkKey(command, header)
  const target = await openTarget(place)
  try {
    await begin(command, target)
    const imported = await fill(command, target).catch((error: unknown) => takeBack(command, target, error))
    const digest = digestOfAll(imported.digests)
    if (json) terminal.out(`${JSON.stringify({ ...imported, digest })}\n`)
    else {
      const counts = tellCounts(imported.counts)
      terminal.out(
        `Imported ${file} into ${nameOf(place)}, and read it back: ${counts}, the same as exported.\nDigest: ${digest}\n`,
      )
    }
    terminal.error(keyNotice(command, imported.counts.tokens ?? 0))
    return 0
  } finally {
    await target.close()
  }
}

async function begin({ place, fresh }: Import, target: TransferTarget): Promise<void> {
  const cutOff = await target.findImport()
  if (cutOff !== undefined && !fresh) {
    throw new CannotStart(
      `An import into ${nameOf(place)} is under way, or was cut off: --fresh deletes what it left and begins again.`,
    )
  }
  // Only what an import itself has left is ever deleted.
  const full = new CannotStart(`${nameOf(place)} holds data already: an import needs an empty store.`)
  if (cutOff === undefined && !(await target.isEmpty())) throw full
  if (!(await target.begin(randomUUID(), cutOff))) throw new ImportLost('Another import has begun.')
  if (cutOff !== undefined || (await target.isEmpty())) return target.clear()
  await target.end()
  throw full
}

interface Imported {
  readonly counts: Readonly<Record<string, number>>
  readonly digests: Digests
}

async function fill({ file, withoutTokens }: Import, target: TransferTarget): Promise<Imported> {
  const takeOutGarbage = createGarbageCollector()
  const digests = new Map(TRANSFER_TABLES.map(({ name }) => [name, new TableDigest()]))
  await readExport(file, {
    begin: async () => {},
    take: async (table, rows) => {
      const kept = withoutTokens ? rows.filter((row) => !isOfTokens(table, row)) : rows
      for (const row of kept) digests.get(table.name)?.add(JSON.stringify(row))
      if (kept.length > 0) await target.add(table, kept)
      takeOutGarbage()
    },
  })
  const expected = Object.fromEntries([...digests].map(([name, digest]) => [name, digest.hex()]))
  const written = await readBack(target, takeOutGarbage)
  const wrong = TRANSFER_TABLES.find(({ name }) => written[name] !== expected[name])
  if (wrong !== undefined) throw new CannotStart(`What was written to the table ${wrong.name} does not read back.`)
  await target.end()
  return { counts: Object.fromEntries([...digests].map(([name, { rows }]) => [name, rows])), digests: written }
}

async function readBack(target: TransferTarget, takeOutGarbage: () => void): Promise<Digests> {
  const source = await target.read()
  try {
    return await digestsOf(source, takeOutGarbage)
  } finally {
    await source.close()
  }
}

function isOfTokens({ name }: TransferTable, [key]: Row): boolean {
  return name === 'tokens' || (name === 'notes' && (key === KEY_NOTE || key === SIGN_IN_NOTE))
}

/** Leaves an empty store behind, or one that says that it is not whole. */
async function takeBack({ place }: Import, target: TransferTarget, error: unknown): Promise<never> {
  if (error instanceof ImportLost) {
    throw new CannotStart(`Another import into ${nameOf(place)} has begun, so this one was given up.`)
  }
  try {
    await target.clear()
    await target.end()
  } catch {
    throw new CannotStart(
      `The import into ${nameOf(place)} was cut off: ${reasonOf(error)} Run it again with --fresh, which deletes what it left.`,
      { cause: error },
    )
  }
  throw new CannotStart(`Nothing was imported: ${reasonOf(error)}`, { cause: error })
}

function keyFileOf({ place }: Import): string {
  return place.in === 'folder' ? keyIn(place.folder) : place.tokenKey
}

function checkKey(command: Import, { keyCheck, counts }: Header): void {
  const file = keyFileOf(command)
  if (keyCheck === null || (counts.tokens ?? 0) === 0 || !existsSync(file)) return
  if (keyCheckOf(readKey(file)) === keyCheck) return
  throw new CannotStart(
    `${file} is not the token key of this export. Put the right one there, or leave the tokens out with --without-tokens.`,
  )
}

function keyNotice(command: Import, tokens: number): string {
  if (command.withoutTokens) return 'The tokens are left out: the next start prints a sign-in link for the owner.\n'
  if (tokens === 0 || existsSync(keyFileOf(command))) return ''
  return `Put the token key of the store that was exported at ${keyFileOf(command)}: without it no server starts on this one.\n`
}
