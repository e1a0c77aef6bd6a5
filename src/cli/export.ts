import { statSync } from 'node:fs'
import { systemClock } from '../clock.ts'
import { KEY_NOTE } from '../storage/token-key-check.ts'
import { digestOfAll, type TransferSource } from '../storage/transfer.ts'
import { VERSION } from '../version.ts'
import type { ExportFacts } from './export-file.ts'
import type { Export } from './operator-command.ts'
import { nameOf } from './store-place.ts'
import { tellCounts } from './tell-counts.ts'
import type { Terminal } from './terminal.ts'
import { openSource } from './transfer-place.ts'
import { writeWholeFile } from './whole-file.ts'
import { writeExport } from './write-export.ts'

/** Writes everything that a store holds at one moment into a file that any engine can take in. */
export async function exportStore({ place, to, force, json }: Export, terminal: Terminal): Promise<number> {
  const source = await openSource(place)
  try {
    const exported = await writeWholeFile({ path: to, force }, async (draft) =>
      writeExport(draft, source, { facts: await factsOf(source), zip: to.endsWith('.gz') }),
    )
    const digest = digestOfAll(exported.digests)
    const bytes = statSync(to).size
    if (json) terminal.out(`${JSON.stringify({ file: to, bytes, ...exported, digest })}\n`)
    else {
      const size = `${bytes.toLocaleString('en')} bytes`
      terminal.out(`Exported ${nameOf(place)} to ${to}: ${tellCounts(exported.counts)}, ${size}.\nDigest: ${digest}\n`)
      if ((exported.counts.tokens ?? 0) > 0) {
        terminal.out('Tokens are in it as digests, which work with the same token key alone; the key is not in it.\n')
      }
    }
    return 0
  } finally {
    await source.close()
  }
}

async function factsOf(source: TransferSource): Promise<ExportFacts> {
  return {
    madeAt: new Date(systemClock.now()).toISOString(),
    version: VERSION,
    keyCheck: (await source.findNote(KEY_NOTE)) ?? null,
    counts: await source.count(),
  }
}
