import { writeFileSync } from 'node:fs'
import { applyLoad, type Load, type LoadRequest, type Work } from './load.ts'
import { tokenOf, userIdOf } from './people.ts'
import type { Program, Usage } from './program.ts'

export interface Figure extends Load {
  readonly cpuMicrosPerRequest: number
  readonly rssMiB: number
}

/** Puts a load on a server and looks at what that costs it. Rejects where a request failed. */
export async function measure(program: Program, request: Omit<LoadRequest, 'url'>): Promise<Figure> {
  const before = await program.usage()
  const load = await applyLoad({ ...request, url: program.url })
  const after = await program.usage()
  if (load.errors > 0) throw new Error(`${request.work}: ${load.errors} requests failed`)
  const cpuMicros = total(after) - total(before)
  const requests = load.requestsPerSecond * request.seconds
  return { ...load, cpuMicrosPerRequest: cpuMicros / requests, rssMiB: after.rss / 2 ** 20 }
}

function total({ cpu }: Usage): number {
  return cpu.user + cpu.system
}

/** Asks the real server once and keeps what it sent, for the bare one to send. */
export async function recordAnswer(folder: string, url: string, work: Work): Promise<string> {
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

export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
