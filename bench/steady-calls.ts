import { Agent, request } from 'node:http'
import { TOKENS, tokenOf } from './people.ts'

export interface Calls {
  /** Resolves to how long each call took, in milliseconds. */
  stop(): Promise<readonly number[]>
}

/** Sends calls at an even rate, whether or not earlier ones are answered: waiting would hide that the server stood. */
export function startCalls(url: string, rate: number): Calls {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const took: Promise<number>[] = []
  const begin = performance.now()
  const timer = setInterval(() => {
    while (took.length < ((performance.now() - begin) / 1000) * rate) took.push(call(url, agent, took.length))
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

export function print(when: string, took: readonly number[]): void {
  const sorted = [...took].sort((a, b) => a - b)
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
  console.log(`${took.length} calls ${when}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`)
}
