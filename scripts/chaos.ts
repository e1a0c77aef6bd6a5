/** `npm run chaos -- --rounds 20`: kills nodes and primaries and lets nodes stand still for a minute, under load, and
 * prints what was seen. It ends with 1 where a promise was broken. `--seed` makes the same choices again. */
import { parseArgs } from 'node:util'
import { MISFORTUNES, type Misfortune, runChaos } from '../test/support/chaos/chaos.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'stand-seconds': { type: 'string', default: '60' },
    rate: { type: 'string', default: '40' },
  },
})
const rounds = Array.from(
  { length: Number(values.rounds) },
  (_, index) => MISFORTUNES[index % MISFORTUNES.length] as Misfortune,
)
const stops: (() => unknown)[] = []
const begin = Date.now()
const tell = (line: string) => console.log(`${((Date.now() - begin) / 1000).toFixed(0).padStart(5)} s  ${line}`)

tell(`seed ${values.seed}, ${rounds.length} rounds, ${values.rate} calls a second`)
try {
  await runChaos(
    { after: (stop) => stops.push(stop) },
    {
      rounds,
      seed: Number(values.seed),
      people: 600,
      callsPerSecond: Number(values.rate),
      standMs: Number(values['stand-seconds']) * 1000,
      calmCalls: 80,
      tell,
    },
  )
  tell('Every promise held.')
} catch (error) {
  tell(`A promise was broken: ${error instanceof Error ? error.stack : error}`)
  process.exitCode = 1
} finally {
  for (const stop of stops.toReversed()) await stop()
}
