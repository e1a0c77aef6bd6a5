import { migrateFolder } from './data-folder.ts'
import { expectData } from './open-place.ts'
import type { Migrate } from './operator-command.ts'
import { nameOf, type StorePlace } from './store-place.ts'
import type { Terminal } from './terminal.ts'
import { findSchema } from './transfer-place.ts'

/** Brings the tables up to date, or tells what they lack. */
export async function migrate({ place, check, json }: Migrate, terminal: Terminal): Promise<number> {
  if (check) await expectData(place)
  const applied = check ? [] : await bringUpToDate(place)
  const { missing, newest } = await findSchema(place)
  if (json) terminal.out(`${JSON.stringify({ applied, missing, schema: newest })}\n`)
  else terminal.out([...applied.map((name) => `Applied ${name}.`), stateOf(place, missing, newest), ''].join('\n'))
  return missing.length === 0 ? 0 : 1
}

function stateOf(place: StorePlace, missing: readonly string[], newest: number): string {
  const name = nameOf(place)
  if (missing.length === 0) return `Up to date with schema ${newest}: ${name}.`
  return `Missing in ${name}: ${missing.join(', ')}. "nametag migrate", or the next start of a server, applies them.`
}

async function bringUpToDate(place: StorePlace): Promise<readonly string[]> {
  if (place.in === 'folder') return migrateFolder(place.folder)
  return (await import('./database.ts')).migrateDatabase(place)
}
