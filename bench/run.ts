import { cpus } from 'node:os'
import { type Figure, measure, median, recordAnswer } from './figures.ts'
import { findGenerator, type Work } from './load.ts'
import { inFolder, startProgram } from './program.ts'
import { measureStart } from './start.ts'

/** Prints what the server carries, as ratios to a bare `node:http` server that sends the same bytes: both in one run, in
 * turns, on one machine. Settings: BENCH_SECONDS (5), BENCH_ROUNDS (3), BENCH_PEOPLE (1000). */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const PEOPLE = Number(process.env.BENCH_PEOPLE ?? 1000)

const CASES: readonly { work: Work; connections: number; bar: number | undefined }[] = [
  { work: 'users.profile.set', connections: 1, bar: undefined },
  { work: 'users.profile.set', connections: 64, bar: 0.4 },
  { work: 'users.profile.get', connections: 1, bar: undefined },
  { work: 'users.profile.get', connections: 64, bar: 0.7 },
  { work: 'users.info', connections: 64, bar: 0.7 },
]

await inFolder(main)

async function main(folder: string): Promise<void> {
  const generator = await findGenerator()
  console.log(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${generator}, ${PEOPLE} people, ${ROUNDS} × ${SECONDS} s each`,
  )
  const real = await startProgram('./real.ts', [folder, String(PEOPLE)])
  console.log(
    '\n| work | connections | ratio | bar | real req/s | bare req/s | real p50 / p99 ms | bare p50 / p99 ms | real µs CPU/req | bare µs CPU/req | real MiB |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|---|---|')
  for (const { work, connections, bar } of CASES) {
    const bare = await startProgram('./bare.ts', [await recordAnswer(folder, real.url, work)])
    const figures: { real: Figure; bare: Figure }[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const load = { generator, work, connections, seconds: SECONDS, folder }
      figures.push({ bare: await measure(bare, load), real: await measure(real, load) })
    }
    await bare.stop()
    printCase({ work, connections, bar }, figures)
  }
  await real.stop()
}

function printCase(
  { work, connections, bar }: (typeof CASES)[number],
  figures: { real: Figure; bare: Figure }[],
): void {
  const middle = (pick: (figure: { real: Figure; bare: Figure }) => number) => median(figures.map(pick))
  const ms = (side: 'real' | 'bare') =>
    `${middle((f) => f[side].p50Ms).toFixed(2)} / ${middle((f) => f[side].p99Ms).toFixed(2)}`
  const cells = [
    work,
    connections,
    middle((f) => f.real.requestsPerSecond / f.bare.requestsPerSecond).toFixed(2),
    bar === undefined ? '' : `≥ ${bar.toFixed(2)}`,
    Math.round(middle((f) => f.real.requestsPerSecond)),
    Math.round(middle((f) => f.bare.requestsPerSecond)),
    ms('real'),
    ms('bare'),
    middle((f) => f.real.cpuMicrosPerRequest).toFixed(1),
    middle((f) => f.bare.cpuMicrosPerRequest).toFixed(1),
    Math.round(middle((f) => f.real.rssMiB)),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}

await measureStart()
