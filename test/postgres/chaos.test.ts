import { test } from 'node:test'
import { MISFORTUNES, runChaos } from '../support/chaos/chaos.ts'

/** `npm run chaos` plays more rounds. `NAMETAG_CHAOS_SEED` makes the same choices again. */
const SEED = Number(process.env.NAMETAG_CHAOS_SEED ?? Date.now() % 1_000_000)

test('a killed node, a killed primary and a node that stands still lose nothing that was acknowledged', async (t) => {
  t.diagnostic(`NAMETAG_CHAOS_SEED=${SEED}`)
  await runChaos(t, {
    rounds: MISFORTUNES,
    seed: SEED,
    people: 300,
    callsPerSecond: 30,
    // A node's leases hold for ten seconds.
    standMs: 13_000,
    calmCalls: 40,
    tell: (line) => t.diagnostic(line),
  })
})
