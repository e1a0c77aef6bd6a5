import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { TOKENS, tokenOf, userIdOf } from './people.ts'

export interface Load {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errors: number
}

export type Work = 'users.profile.set' | 'users.profile.get' | 'users.info'

export interface LoadRequest {
  readonly generator: Generator
  readonly url: string
  readonly work: Work
  readonly connections: number
  readonly seconds: number
  readonly folder: string
  /** Calls go to so many people, by the first one's token; absent: each caller's own. */
  readonly spread?: number
}

export type Generator = 'wrk' | 'autocannon'

const run = promisify(execFile)

/** wrk where the machine has it: it takes less of the processor that the server needs too. Else autocannon. */
export async function findGenerator(): Promise<Generator> {
  return run('wrk', ['-v']).then(
    () => 'wrk',
    (error: { code?: unknown }) => (error.code === 'ENOENT' ? 'autocannon' : 'wrk'),
  )
}

export function applyLoad(request: LoadRequest): Promise<Load> {
  return request.generator === 'wrk' ? applyWrk(request) : applyAutocannon(request)
}

let scripts = 0

async function applyWrk({ url, work, connections, seconds, folder, spread }: LoadRequest): Promise<Load> {
  scripts += 1
  const script = `${folder}/load-${scripts}.lua`
  writeFileSync(script, luaOf(work, spread))
  const args = ['-t1', `-c${connections}`, `-d${seconds}`, '-s', script, url]
  const { stdout } = await run('wrk', args, { timeout: (seconds + 20) * 1000 })
  const [, numbers = ''] = /RESULT (.*)/.exec(stdout) ?? []
  const [requests = 0, durationUs = 1, p50 = 0, p99 = 0, errors = 0] = numbers.split(' ').map(Number)
  return { requestsPerSecond: (requests / durationUs) * 1e6, p50Ms: p50 / 1000, p99Ms: p99 / 1000, errors }
}

/** From one person to another who is far away, and to everybody in the end: it shares no factor with powers of ten. */
const STRIDE = 7919

/** Each request takes the next person; each set writes another text, so that each is a change. */
function luaOf(work: Work, spread: number | undefined): string {
  const user = `string.format("U0BENCH%07d", ${spread === undefined ? `n % ${TOKENS}` : `(n * ${STRIDE}) % ${spread}`})`
  const target = spread === undefined ? '' : `"user":"' .. ${user} .. '",`
  const body =
    work === 'users.profile.set'
      ? `'{${target}"profile":{"status_text":"serial ' .. n .. '","status_emoji":":coffee:","status_expiration":0}}'`
      : 'nil'
  const isNamed = work === 'users.info' || (work === 'users.profile.get' && spread !== undefined)
  const query = isNamed ? `'?user=' .. ${user}` : `''`
  const caller = spread === undefined ? `"${tokenOf(0).slice(0, -1)}" .. (n % ${TOKENS})` : `"${tokenOf(0)}"`
  return `
local n = 0
local headers = { ["Content-Type"] = "application/json; charset=utf-8" }
function request()
  n = n + 1
  headers["Authorization"] = "Bearer " .. ${caller}
  return wrk.format("${work === 'users.profile.set' ? 'POST' : 'GET'}", "/api/${work}" .. ${query}, headers, ${body})
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`
}

async function applyAutocannon({ url, work, connections, seconds, spread }: LoadRequest): Promise<Load> {
  const { default: autocannon } = await import('autocannon')
  let serial = 0
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: [
      {
        setupRequest: (request) => {
          serial++
          const user = userIdOf(spread === undefined ? serial % TOKENS : (serial * STRIDE) % spread)
          const isNamed = work === 'users.info' || (work === 'users.profile.get' && spread !== undefined)
          request.method = work === 'users.profile.set' ? 'POST' : 'GET'
          request.path = `/api/${work}${isNamed ? `?user=${user}` : ''}`
          request.headers = {
            'content-type': 'application/json; charset=utf-8',
            authorization: `Bearer ${tokenOf(spread === undefined ? serial % TOKENS : 0)}`,
          }
          if (work === 'users.profile.set') {
            const profile = { status_text: `serial ${serial}`, status_emoji: ':coffee:' }
            request.body = JSON.stringify(spread === undefined ? { profile } : { user, profile })
          }
          return request
        },
      },
    ],
  })
  return {
    requestsPerSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    errors: result.errors + result.non2xx,
  }
}
