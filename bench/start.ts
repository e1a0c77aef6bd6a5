import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { firstLine } from './program.ts'

const RUNS = 7

/** How long the built program takes from its start to its first answer, on an empty store in memory, and what it then
 * holds. The first run fills the compile cache and does not count. */
export async function measureStart(): Promise<void> {
  const runs: { ms: number; rssMiB: number }[] = []
  for (let run = 0; run <= RUNS; run++) runs.push(await startOnce())
  const counted = runs.slice(1)
  const middle = (pick: (run: { ms: number; rssMiB: number }) => number) =>
    counted.map(pick).sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN
  console.log(
    `\nStart to first answer: ${Math.round(middle((run) => run.ms))} ms (bar 250). Idle memory: ${Math.round(middle((run) => run.rssMiB))} MiB (bar 90).`,
  )
}

async function startOnce(): Promise<{ ms: number; rssMiB: number }> {
  const begin = performance.now()
  const child = spawn(process.execPath, ['dist/main.js', 'dev', '--memory', '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { api } = JSON.parse(await firstLine(child)) as { api: string }
  await (await fetch(`${api}api.test`)).text()
  const ms = performance.now() - begin
  const rssMiB =
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024
  const exit = new Promise((resolve) => child.on('exit', resolve))
  child.kill('SIGTERM')
  await exit
  return { ms, rssMiB }
}
