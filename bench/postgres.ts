import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { openPostgres } from '../src/storage/postgres/open.ts'
import { openSqlite } from '../src/storage/sqlite/open.ts'
import { digestWith } from '../src/storage/token-keys.ts'
import { type PostgresServer, startPostgres } from '../test/support/postgres.ts'
import { type Figure, measure, median, recordAnswer } from './figures.ts'
import { fillPostgres, fillSqlite } from './fill.ts'
import { findGenerator, type Generator, type Work } from './load.ts'
import { runPgBench } from './pgbench.ts'
import { inFolder, type Program, startProgram } from './program.ts'

/** Prints what one node and two nodes on one PostgreSQL carry, beside a bare `node:http` server and beside pgbench, and
 * what a million people cost on both engines. All in one run, in turns, on one machine. Settings: BENCH_SECONDS (5),
 * BENCH_ROUNDS (3), BENCH_PEOPLE_MANY (1000000; 0: not at all). */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const FEW = 1000
const MANY = Number(process.env.BENCH_PEOPLE_MANY ?? 1_000_000)
const CONNECTIONS = 64
const PGBENCH_CONNECTIONS = 16
const BAR_SET = 0.25
const BAR_MANY = 1.3

/** As PostgreSQL comes: what is answered is on the disk. */
const SETTINGS = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', max_connections: '100' }

const KEY = randomBytes(32)
const tokenDigest = digestWith(KEY)

await inFolder(main)

async function main(folder: string): Promise<void> {
  const generator = await findGenerator()
  const server = await startPostgres(SETTINGS)
  try {
    const [version] = await server.query("select current_setting('server_version') as version")
    console.log(
      `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, PostgreSQL ${version?.version}, ${generator}, ${ROUNDS} × ${SECONDS} s each`,
    )
    const url = await filledDatabase(server, FEW)
    await measureNodes({ generator, folder, url })
    if (MANY > 0) await measurePeople({ generator, folder, server, few: url })
  } finally {
    await server.stop()
  }
}

interface Scene {
  readonly generator: Generator
  readonly folder: string
}

/** One node and two, the bare server and pgbench, round after round. */
async function measureNodes({ generator, folder, url }: Scene & { readonly url: string }): Promise<void> {
  const nodes = [await startNode(url), await startNode(url)] as const
  const [first] = nodes
  const bench = { url, folder, seconds: SECONDS, connections: PGBENCH_CONNECTIONS }
  const bareSet = await startProgram('./bare.ts', [await recordAnswer(folder, first.url, 'users.profile.set')])
  const bareGet = await startProgram('./bare.ts', [await recordAnswer(folder, first.url, 'users.profile.get')])
  const load = (work: Work, connections = CONNECTIONS) => ({ generator, work, connections, seconds: SECONDS, folder })
  const rows = new Map<string, Round[]>()
  const note = (name: string, round: Round) => rows.set(name, [...(rows.get(name) ?? []), round])

  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = await measure(bareSet, load('users.profile.set'))
    const one = await measure(first, load('users.profile.set'))
    const pair = await Promise.all(nodes.map((node) => measure(node, load('users.profile.set', CONNECTIONS / 2))))
    const benches = await runPgBench(bench)
    for (const { name, transactionsPerSecond, latencyMs } of benches) {
      const figure = { requestsPerSecond: transactionsPerSecond, p50Ms: latencyMs, p99Ms: Number.NaN, errors: 0 }
      note(`${name}, ${PGBENCH_CONNECTIONS} connections (latency: mean)`, { figures: [figure], bare })
    }
    const pgbench = benches[0]?.transactionsPerSecond
    note(`users.profile.set, one node, ${CONNECTIONS} connections`, { figures: [one], bare, pgbench })
    note(`users.profile.set, two nodes, ${CONNECTIONS / 2} connections each`, { figures: pair, bare, pgbench })
    const bareRead = await measure(bareGet, load('users.profile.get'))
    const read = await measure(first, load('users.profile.get'))
    note(`users.profile.get, one node, ${CONNECTIONS} connections`, { figures: [read], bare: bareRead })
  }
  console.log(`\nThe bar for users.profile.set on one node: ≥ ${BAR_SET} of the bare server, ≥ 1 of pgbench.\n`)
  console.log(
    '| work | requests/s | of the bare server | of pgbench (four statements) | p50 / p99 ms | µs CPU/req | MiB |',
  )
  console.log('|---|---|---|---|---|---|---|')
  for (const [name, rounds] of rows) printRow(name, rounds)
  for (const program of [...nodes, bareSet, bareGet]) await program.stop()
}

type Measured = Pick<Figure, 'requestsPerSecond' | 'p50Ms' | 'p99Ms'> & Partial<Figure>

interface Round {
  /** Of each node. */
  readonly figures: readonly Measured[]
  readonly bare: Figure
  readonly pgbench?: number | undefined
}

function printRow(name: string, rounds: readonly Round[]): void {
  const middle = (pick: (round: Round) => number) => median(rounds.map(pick))
  const rate = ({ figures }: Round) => figures.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0)
  const worst = (pick: (figure: Measured) => number) => (round: Round) => Math.max(...round.figures.map(pick))
  const shown = (value: number, digits: number) => (Number.isNaN(value) ? '' : value.toFixed(digits))
  const cells = [
    name,
    Math.round(middle(rate)),
    shown(
      middle((round) => rate(round) / round.bare.requestsPerSecond),
      2,
    ),
    shown(
      middle((round) => rate(round) / (round.pgbench ?? Number.NaN)),
      2,
    ),
    `${shown(middle(worst(({ p50Ms }) => p50Ms)), 2)} / ${shown(middle(worst(({ p99Ms }) => p99Ms)), 2)}`,
    shown(middle(worst(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest ?? Number.NaN)), 1),
    shown(middle(worst(({ rssMiB }) => rssMiB ?? Number.NaN)), 0),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}

/** The same calls to a thousand people and to a million, on both engines. */
async function measurePeople({
  generator,
  folder,
  server,
  few,
}: Scene & { readonly server: PostgresServer; readonly few: string }): Promise<void> {
  console.log(`\nBy one admin's token, to all people in turns; the bar: ${MANY} people within ${BAR_MANY} × of ${FEW}.`)
  console.log('users.lookupByEmail is not measured: there is no such method yet.\n')
  console.log('| engine | work | people | requests/s | times the few | p50 / p99 ms | MiB |')
  console.log('|---|---|---|---|---|---|---|')
  const many = await filledDatabase(server, MANY)
  await measureEngine('PostgreSQL', { generator, folder }, [await startNode(few), await startNode(many)])
  const files = [FEW, MANY].map((people) => ({ people, data: `${folder}/${people}` }))
  for (const { people, data } of files) await fillFile(data, people)
  await measureEngine(
    'SQLite',
    { generator, folder },
    await Promise.all(files.map(({ data }) => startProgram('./real.ts', [data, '0', KEY.toString('hex')]))),
  )
  for (const { data } of files) rmSync(data, { recursive: true })
}

async function measureEngine(
  engine: string,
  { generator, folder }: Scene,
  programs: readonly Program[],
): Promise<void> {
  for (const work of ['users.profile.set', 'users.profile.get'] as const) {
    const figures = programs.map((): Figure[] => [])
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, program] of programs.entries()) {
        const spread = index === 0 ? FEW : MANY
        const load = { generator, work, connections: CONNECTIONS, seconds: SECONDS, folder, spread }
        figures[index]?.push(await measure(program, load))
      }
    }
    printPeople(engine, work, figures)
  }
  for (const program of programs) await program.stop()
}

function printPeople(engine: string, work: Work, [few = [], many = []]: readonly (readonly Figure[])[]): void {
  for (const [people, figures] of [
    [FEW, few],
    [MANY, many],
  ] as const) {
    const middle = (pick: (figure: Figure) => number) => median(figures.map(pick))
    const times = median(
      figures.map((figure, round) => (few[round]?.requestsPerSecond ?? 0) / figure.requestsPerSecond),
    )
    const ms = `${middle(({ p50Ms }) => p50Ms).toFixed(2)} / ${middle(({ p99Ms }) => p99Ms).toFixed(2)}`
    const rate = Math.round(middle(({ requestsPerSecond }) => requestsPerSecond))
    const memory = Math.round(middle(({ rssMiB }) => rssMiB))
    console.log(`| ${[engine, work, people, rate, times.toFixed(2), ms, memory].join(' | ')} |`)
  }
}

function startNode(url: string): Promise<Program> {
  return startProgram('./real-postgres.ts', [url, KEY.toString('hex')])
}

async function filledDatabase(server: PostgresServer, people: number): Promise<string> {
  const url = await server.createDatabase()
  const store = await openPostgres({ url, tokenDigest })
  await fillPostgres(store, url, people)
  await store.close()
  return url
}

async function fillFile(data: string, people: number): Promise<void> {
  mkdirSync(data)
  const path = `${data}/bench.db`
  const store = await openSqlite({ path, tokenDigest })
  await fillSqlite(store, path, people)
  await store.close()
}
