import { mkdirSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpus } from 'node:os'
import { inFolder, type Program, startProgram } from './program.ts'
import { print, startCalls } from './steady-calls.ts'

/** Prints how long calls take without a subscriber, with one that answers at once, and with one that hangs for 30 s.
 * Settings: BENCH_SECONDS (5), BENCH_RATE (400 calls a second, half of them sets), BENCH_ROUNDS (3). */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const RATE = Number(process.env.BENCH_RATE ?? 400)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const HANG_MS = 30_000

await inFolder(main)

async function main(folder: string): Promise<void> {
  console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${RATE} calls/s for ${SECONDS} s`)
  const quick = await listen(0)
  const hanging = await listen(HANG_MS)
  const kinds: readonly (readonly [string, string | undefined])[] = [
    ['without a subscriber', undefined],
    ['with a quick subscriber', addressOf(quick)],
    ['with one that hangs for 30 s', addressOf(hanging)],
  ]
  try {
    const programs: Program[] = []
    for (const [index, [, url]] of kinds.entries()) programs.push(await start(`${folder}/${index}`, url))
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, [name]] of kinds.entries()) await measure(programs[index] as Program, name)
    }
    for (const program of programs) await program.stop()
  } finally {
    for (const server of [quick, hanging]) server.close().closeAllConnections()
  }
}

async function measure(program: Program, name: string): Promise<void> {
  const calls = startCalls(program.url, RATE)
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000))
  print(name, await calls.stop())
}

function start(data: string, url: string | undefined): Promise<Program> {
  mkdirSync(data)
  return startProgram('./real.ts', [data, '1000', '', ...(url === undefined ? [] : [url])])
}

function listen(hangMs: number): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => setTimeout(() => response.end(), hangMs).unref())
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`
}
