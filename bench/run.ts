import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { applyLoad, findGenerator, type Load, type Work } from './load.ts'
import { tokenOf, userIdOf } from './people.ts'
import { inFolder, type Program, startProgram, type Usage } from './program.ts'
import { measureStart } from './start.ts'

/** Prints what the server carries, as ratios to a bare `node:http` server that sends the same bytes: both in one run, in
 * turns, on one machine. Settings: BENCH_SECONDS (5), BENCH_ROUNDS (3), BENCH_PEOPLE (1000). */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const PEOPLE = Number(process.env.BENCH_PEOPLE ?? 1000)

interface Figure extends Load {
  readonly cpuMicrosPerRequest: number
  readonly rssMiB: number
}

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
      figures.push({ bare: await measure(bare, work, connections), real: await measure(real, work, connections) })
    }
    await bare.stop()
    printCase({ work, connections, bar }, figures)
  }
  await real.stop()

  async function measure(program: Program, work: Work, connections: number): Promise<Figure> {
    const before = await program.usage()
    const load = await applyLoad(generator, { url: program.url, work, connections, seconds: SECONDS, folder })
    const after = await program.usage()
    if (load.errors > 0) throw new Error(`${work}: ${load.errors} requests failed`)
    const cpuMicros = total(after) - total(before)
    return { ...load, cpuMicrosPerRequest: cpuMicros / (load.requestsPerSecond * SECONDS), rssMiB: after.rss / 2 ** 20 }
  }
}

function total({ cpu }: Usage): number {
  return cpu.user + cpu.system
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

/** Asks the real server once and keeps what it sent, for the bare one to send. */
async function recordAnswer(folder: string, url: string, work: Work): Promise<string> {
  const set = work === 'users.profile.set'
  const query = work === 'users.info' ? `?user=${userIdOf(0)}` : ''
  const answer = await fetch(`${url}/api/${work}${query}`, {
    method: set ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${tokenOf(0)}` },
    ...(set ? { body: JSON.stringify({ profile: { status_text: 'serial 0', status_emoji: ':coffee:' } }) } : {}),
  })
  const body = await answer.text()
  if (!body.startsWith('{"ok":true')) throw new Error(`${work}: ${body}`)
  const byNode = ['date', 'connection', 'keep-alive', 'transfer-encoding']
  const headers = [...answer.headers].filter(([name]) => !byNode.includes(name)).flat()
  const file = `${folder}/answer.json`
  writeFileSync(file, JSON.stringify({ headers, body }))
  return file
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

await measureStart()
