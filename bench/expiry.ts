import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { cpus } from 'node:os'
import { TOKENS, tokenOf } from './people.ts'
import { firstLine } from './program.ts'

/** Prints how long it takes to clear statuses that all expire at one instant, and how long other calls take meanwhile.
 * Settings: BENCH_STATUSES (100000), BENCH_RATE (400 calls a second, half of them sets). */
const STATUSES = Number(process.env.BENCH_STATUSES ?? 100_000)
const RATE = Number(process.env.BENCH_RATE ?? 400)
const QUIET_MS = 3000

const folder = mkdtempSync(`${process.cwd()}/.bench-`)
try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main(): Promise<void> {
  console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${STATUSES} statuses, ${RATE} calls/s`)
  const child = fork(new URL('./expiring.ts', import.meta.url), [folder, String(STATUSES)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const { url } = JSON.parse(await firstLine(child)) as { url: string }

  const before = startCalls(url)
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
  print('before', await before.stop())

  const during = startCalls(url)
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

interface Calls {
  /** Resolves to how long each call took, in milliseconds. */
  stop(): Promise<readonly number[]>
}

/** Sends calls at an even rate, whether or not earlier ones are answered: waiting would hide that the server stood. */
function startCalls(url: string): Calls {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const took: Promise<number>[] = []
  const begin = performance.now()
  const timer = setInterval(() => {
    while (took.length < ((performance.now() - begin) / 1000) * RATE) took.push(call(url, agent, took.length))
  }, 1)
  return {
    async stop() {
      clearInterval(timer)
      const all = await Promise.all(took)
      agent.destroy()
      return all
    },
  }
}

function call(url: string, agent: Agent, serial: number): Promise<number> {
  const isSet = serial % 2 === 0
  const body = isSet ? JSON.stringify({ profile: { title: `Load carrier ${serial}` } }) : undefined
  const begin = performance.now()
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${url}/api/users.profile.${isSet ? 'set' : 'get'}`,
      {
        agent,
        method: isSet ? 'POST' : 'GET',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          authorization: `Bearer ${tokenOf(serial % TOKENS)}`,
        },
      },
      (incoming) => {
        if (incoming.statusCode !== 200) reject(new Error(`A call was answered ${incoming.statusCode}.`))
        incoming.resume()
        incoming.on('end', () => resolve(performance.now() - begin))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function print(when: string, took: readonly number[]): void {
  const sorted = [...took].sort((a, b) => a - b)
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
  console.log(`${took.length} calls ${when}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`)
}
