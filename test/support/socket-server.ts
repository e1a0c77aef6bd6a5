import { MovableClock } from '../../src/clock.ts'
import { createRelay, type Relay } from '../../src/delivery/relay.ts'
import { createRtm } from '../../src/delivery/rtm.ts'
import { createSocketMode, type SocketMode, type SocketModeOptions } from '../../src/delivery/socket-mode.ts'
import { createTickets } from '../../src/delivery/tickets.ts'
import { listen } from '../../src/http/listener.ts'
import { createSocketServer, type SocketServer } from '../../src/http/sockets.ts'
import { methodsByName } from '../../src/methods/index.ts'
import { createNode } from '../../src/nodes/node.ts'
import type { StoreLimits } from '../../src/storage/limits.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { createAdmission } from '../../src/web-api/admit.ts'
import { dispatch, type Services } from '../../src/web-api/dispatch.ts'
import { createMemoryLimiter } from '../../src/web-api/memory-limiter.ts'
import { send } from './send.ts'
import type { Cleanup } from './server.ts'
import { anotherWorld, aWorld, type World } from './world.ts'

export interface SocketTestServer {
  readonly url: string
  /** With a slash at the end. */
  readonly api: string
  readonly port: number
  readonly store: Store
  readonly clock: MovableClock
  readonly socketMode: SocketMode
  readonly relay: Relay
  readonly sockets: SocketServer
  /** What was logged as a fault of the server. */
  readonly problems: unknown[]
  /** Calls a method with a form. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
  call(method: string, token: string, args?: Readonly<Record<string, string>>): Promise<any>
  /** Stops everything but the store. */
  stop(): Promise<void>
}

export interface SocketTestOptions {
  readonly worlds?: readonly World[]
  readonly times?: SocketModeOptions['times']
  readonly pingMs?: number
  readonly ticketLifeMs?: number
  readonly limits?: Partial<StoreLimits>
  /** Of a server before this one, in place of the worlds; it is closed with the first of them. */
  readonly store?: Store
}

/** The Web API with everything that speaks over WebSockets, on a free port, on a store in memory. */
export async function startSocketServer(t: Cleanup, options: SocketTestOptions = {}): Promise<SocketTestServer> {
  const store = options.store ?? (await openFilled(options.worlds ?? [aWorld(), anotherWorld()], options.limits))
  const clock = new MovableClock()
  const problems: unknown[] = []
  const log = {
    error: (fields: object) => problems.push(fields),
    warn: () => undefined,
    info: () => undefined,
  }
  let url = ''
  const publicUrl = () => url
  const node = createNode({ store, log })
  const tickets = createTickets(store, options.ticketLifeMs)
  const socketMode = createSocketMode({ publicUrl, ...(options.times === undefined ? {} : { times: options.times }) })
  const rtm = createRtm({ store, publicUrl, log })
  const relay = createRelay({ store, node, clock, log, publicUrl, allowPrivate: true, socketMode })
  const sockets = createSocketServer({
    tickets,
    admission: createAdmission({ store, methods: methodsByName, clock }),
    isShared: store.isShared,
    socketMode,
    rtm,
    onCommit: (listener) => store.onCommit(listener),
    log,
    ...(options.pingMs === undefined ? {} : { pingMs: options.pingMs }),
  })
  const services: Services = {
    store,
    methods: methodsByName,
    limiter: createMemoryLimiter(),
    enforceLimits: false,
    clock,
    publicUrl,
    log,
    sockets: tickets,
  }
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    answerCall: (call) => dispatch(services, call),
    log,
    addRoutes: () => undefined,
    onUpgrade: sockets.onUpgrade,
  })
  url = `http://127.0.0.1:${listener.port}`
  await node.start()
  await relay.start()
  let stopping: Promise<void> | undefined
  const stop = async () => {
    await relay.stop()
    await node.stop()
    rtm.stop()
    await sockets.stop()
    await listener.close()
  }
  const stopOnce = () => {
    stopping ??= stop()
    return stopping
  }
  t.after(async () => {
    await stopOnce()
    await store.close()
  })
  const api = `${url}/api/`
  return {
    url,
    api,
    port: listener.port,
    store,
    clock,
    socketMode,
    relay,
    sockets,
    problems,
    stop: stopOnce,
    async call(method, token, args = {}) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' }
      return (await send(api + method, { headers, body: new URLSearchParams(args).toString() })).json
    },
  }
}

async function openFilled(worlds: readonly World[], limits: Partial<StoreLimits> = {}): Promise<Store> {
  const store = await openSqlite({ path: ':memory:', tokenDigest: (token) => `test ${token}`, limits })
  for (const { team, users, tokens } of worlds) {
    await store.addTeam(team, users)
    for (const { token, grant } of tokens) await store.addToken(token, grant)
  }
  return store
}
