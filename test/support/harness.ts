import { createTickets } from '../../src/delivery/tickets.ts'
import { methodsByName } from '../../src/methods/index.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { dispatch, type Services } from '../../src/web-api/dispatch.ts'
import { createMemoryLimiter } from '../../src/web-api/memory-limiter.ts'
import { findEventNames } from './log-entries.ts'
import { type Request, toCall } from './request.ts'
import { NOW, type World } from './world.ts'

export interface AnswerSeen {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
  readonly json: any
}

/** A server without a network, on its own store, with a clock that stands still until it is told. */
export interface Harness {
  readonly store: Store
  readonly clock: { now(): number; at: number }
  readonly problems: unknown[]
  call(methodName: string, request: Request): Promise<AnswerSeen>
  /** What the log tells, as `type userId`, oldest first. */
  events(): Promise<string[]>
  close(): Promise<void>
}

export type OpenStore = () => Promise<Store>

export const openMemory: OpenStore = async () =>
  openSqlite({ path: ':memory:', tokenDigest: (token) => `test ${token}` })

export async function startHarness(
  worlds: readonly World[],
  open: OpenStore = openMemory,
  more: Partial<Services> = {},
): Promise<Harness> {
  const store = await open()
  for (const { team, users, tokens } of worlds) {
    await store.addTeam(team, users)
    for (const { token, grant } of tokens) await store.addToken(token, grant)
  }
  const clock = { at: NOW, now: () => clock.at }
  const problems: unknown[] = []
  const services: Services = {
    store,
    methods: methodsByName,
    limiter: createMemoryLimiter(),
    enforceLimits: true,
    clock,
    publicUrl: () => 'http://nametag.test',
    log: { error: (fields) => problems.push(fields) },
    sockets: createTickets(store),
    ...more,
  }
  return {
    store,
    clock,
    problems,
    async call(methodName, request) {
      const answer = await dispatch(services, toCall(methodName, request))
      return { status: answer.status, headers: pairs(answer.headers), json: JSON.parse(answer.body) }
    },
    events: () => findEventNames(store),
    close: () => store.close(),
  }
}

function pairs(flat: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let at = 0; at < flat.length; at += 2) headers[flat[at] as string] = flat[at + 1] as string
  return headers
}
