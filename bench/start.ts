import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { firstLine } from './program.ts'

const RUNS = 11
const IDLE_MS = 10_000

const NAMETAG = ['dist/main.js', 'dev', '--memory', '--port', '0', '--json']
/** What Node itself takes to listen and to answer. */
const BARE = [
  '--eval',
  `const server = require('node:http').createServer((_, response) => response.end('{}'))
   server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ api: 'http://127.0.0.1:' + server.address().port + '/' })))`,
]
const FOR_TESTS = [
  '--input-type=module',
  '--eval',
  `const { startNametag } = await import('nametag/testing')
   const begin = performance.now()
   const nametag = await startNametag()
   console.log(performance.now() - begin)
   await nametag.stop()`,
]

interface Start {
  /** From the start of the process to its first answer. */
  readonly ms: number
  /** Processor time until then, which other programs disturb least. */
  readonly cpuMs: number
}

/** How long the built program takes from its start to its first answer, on an empty store in memory, beside a server of
 * Node alone, in turns; what it then holds; and the first `startNametag` of a process. The first round fills the compile
 * cache and does not count. */
export async function measureStart(): Promise<void> {
  const runs: { nametag: Start; bare: Start; forTestsMs: number }[] = []
  for (let run = 0; run <= RUNS; run++) {
    const [nametag, bare] = [await startOnce(NAMETAG), await startOnce(BARE)]
    runs.push({ nametag, bare, forTestsMs: await startForTests() })
  }
  const counted = runs.slice(1)
  const tell = (pick: (run: (typeof runs)[number]) => number) => {
    const sorted = counted.map(pick).sort((a, b) => a - b)
    return `${Math.round(sorted[RUNS >> 1] ?? Number.NaN)} ms (quickest ${Math.round(sorted[0] ?? Number.NaN)})`
  }
  console.log(
    `\nStart to first answer: ${tell((run) => run.nametag.ms)} (bar 250), ${tell((run) => run.nametag.cpuMs)} CPU`,
  )
  console.log(`The same of Node alone: ${tell((run) => run.bare.ms)}, ${tell((run) => run.bare.cpuMs)} CPU`)
  console.log(`First startNametag of a process: ${tell((run) => run.forTestsMs)} (bar 150)`)
  console.log(`Idle for ${IDLE_MS / 1000} s: ${Math.round(await measureIdleMiB())} MiB (bar 90)`)
}

async function startOnce(argv: readonly string[]): Promise<Start> {
  const begin = performance.now()
  const child = run(argv)
  await askFirst(child)
  const start = { ms: performance.now() - begin, cpuMs: cpuMsOf(child) }
  await end(child)
  return start
}

async function startForTests(): Promise<number> {
  return Number(await firstLine(run(FOR_TESTS)))
}

async function measureIdleMiB(): Promise<number> {
  const child = run(NAMETAG)
  await askFirst(child)
  await sleep(IDLE_MS)
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  await end(child)
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}

function run(argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function askFirst(child: ChildProcess): Promise<void> {
  const { api } = JSON.parse(await firstLine(child)) as { api: string }
  await (await fetch(`${api}api.test`)).text()
}

/** User and system time, in the hundredths of a second that Linux counts in. */
function cpuMsOf({ pid }: ChildProcess): number {
  const [, , , , , , , , , , , user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/\(.*\)/, '()')
    .split(' ')
    .slice(2)
  return (Number(user) + Number(system)) * 10
}

async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}
