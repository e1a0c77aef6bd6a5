import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { firstLine, inFolder } from './program.ts'
import { print, startCalls } from './steady-calls.ts'

/** Prints how long it takes to clear statuses that all expire at one instant, and how long other calls take meanwhile.
 * Settings: BENCH_STATUSES (100000), BENCH_RATE (400 calls a second, half of them sets). */
const STATUSES = Number(process.env.BENCH_STATUSES ?? 100_000)
const RATE = Number(process.env.BENCH_RATE ?? 400)
const QUIET_MS = 3000

await inFolder(main)

async function main(folder: string): Promise<void> {
  console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${STATUSES} statuses, ${RATE} calls/s`)
  const child = fork(new URL('./expiring.ts', import.meta.url), [folder, String(STATUSES)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const { url } = JSON.parse(await firstLine(child)) as { url: string }

  const before = startCalls(url, RATE)
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
  print('before', await before.stop())

  const during = startCalls(url, RATE)
  child.send('expire')
  const [{ ms }] = (await once(child, 'message')) as [{ ms: number }]
  print('while statuses are cleared (bar p99: 50 ms)', await during.stop())
  child.send('count')
  const [{ cleared, twice }] = (await once(child, 'message')) as [{ cleared: number; twice: number }]
  console.log(`${cleared} cleared in ${Math.round(ms)} ms (bar 10000), ${twice} of them more than once (bar 0)`)

  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}
