import { execFile } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import pg from 'pg'

export interface Bench {
  readonly name: string
  readonly transactionsPerSecond: number
  readonly latencyMs: number
}

export interface PgBench {
  readonly url: string
  readonly folder: string
  readonly seconds: number
  readonly connections: number
}

const run = promisify(execFile)
const PEOPLE = 1000
const BODY = 'x'.repeat(900)

/** What PostgreSQL does for whoever asks it plainly: one row changed and one added, in one transaction, as large as those
 * of a set. By pgbench where the machine has it, else by a program in JavaScript, which takes more of the processor. */
export async function runPgBench(options: PgBench): Promise<readonly Bench[]> {
  await makeTables(options.url)
  const program = findPgBench()
  if (program === undefined) return [await runInJavaScript(options)]
  return [
    await runProgram(program, 'four statements', FOUR, options),
    await runProgram(program, 'one statement', ONE, options),
  ]
}

const FOUR = `
\\set id random(1, ${PEOPLE})
begin;
update bench_people set body = '${BODY}' where id = :id;
insert into bench_log (person, body) values (:id, '${BODY}');
end;
`

const ONE = `
\\set id random(1, ${PEOPLE})
with changed as (update bench_people set body = '${BODY}' where id = :id returning id)
insert into bench_log (person, body) select id, '${BODY}' from changed;
`

async function makeTables(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`
    drop table if exists bench_people, bench_log;
    create table bench_people (id integer primary key, body text not null) with (fillfactor = 80);
    create table bench_log (seq bigserial primary key, person integer not null, body text not null);
    insert into bench_people select i, '${BODY}' from generate_series(1, ${PEOPLE}) as i`)
  await client.query('vacuum analyze bench_people')
  await client.end()
}

/** Debian keeps it beside its server, which is not on the path. */
function findPgBench(): string | undefined {
  const folder = '/usr/lib/postgresql'
  const versions = existsSync(folder) ? readdirSync(folder).toSorted().toReversed() : []
  const places = [...(process.env.PATH ?? '').split(':'), ...versions.map((version) => `${folder}/${version}/bin`)]
  return places.map((place) => `${place}/pgbench`).find((path) => existsSync(path))
}

async function runProgram(
  program: string,
  name: string,
  script: string,
  { url, folder, seconds, connections }: PgBench,
): Promise<Bench> {
  const file = `${folder}/${name.replace(' ', '-')}.sql`
  writeFileSync(file, script)
  const { hostname, pathname, searchParams, username } = new URL(url)
  const server = ['-h', searchParams.get('host') ?? hostname, '-U', username, pathname.slice(1)]
  const load = ['-n', '-c', String(connections), '-j', '2', '-T', String(seconds), '-M', 'prepared', '-f', file]
  const { stdout } = await run(program, [...load, ...server])
  const numberAfter = (words: RegExp) => Number(words.exec(stdout)?.[1])
  return {
    name: `pgbench, ${name}`,
    transactionsPerSecond: numberAfter(/tps = ([\d.]+)/),
    latencyMs: numberAfter(/latency average = ([\d.]+)/),
  }
}

async function runInJavaScript({ url, seconds, connections }: PgBench): Promise<Bench> {
  const pool = new pg.Pool({ connectionString: url, max: connections })
  const end = performance.now() + seconds * 1000
  let done = 0
  const work = async () => {
    while (performance.now() < end) {
      const id = 1 + Math.floor(Math.random() * PEOPLE)
      await pool.query({
        name: 'change',
        text: `with changed as (update bench_people set body = $2 where id = $1 returning id)
               insert into bench_log (person, body) select id, $2 from changed`,
        values: [id, BODY],
      })
      done += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  await pool.end()
  const transactionsPerSecond = done / seconds
  const latencyMs = (connections * 1000) / transactionsPerSecond
  return { name: 'JavaScript in place of pgbench, which is not here; one statement', transactionsPerSecond, latencyMs }
}
