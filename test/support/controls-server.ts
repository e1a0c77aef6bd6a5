import assert from 'node:assert/strict'
import { MovableClock } from '../../src/clock.ts'
import { createControls } from '../../src/controls/controls.ts'
import type { MailSeen } from '../../src/controls/ports.ts'
import { addControls } from '../../src/controls/routes.ts'
import { createRelay } from '../../src/delivery/relay.ts'
import type { App } from '../../src/domain/team.ts'
import { createExpiry } from '../../src/expiry/expiry.ts'
import { listen } from '../../src/http/listener.ts'
import { addRoutes } from '../../src/http/routes.ts'
import { methodsByName } from '../../src/methods/index.ts'
import { createNode } from '../../src/nodes/node.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { dispatch, type Services } from '../../src/web-api/dispatch.ts'
import { createMemoryLimiter } from '../../src/web-api/memory-limiter.ts'
import { type Received, send } from './send.ts'
import type { Cleanup } from './server.ts'
import { anApp, aWorld, STATUS_APP, type World, withTeam } from './world.ts'

export interface ControlledServer {
  readonly url: string
  readonly port: number
  readonly store: Store
  readonly clock: MovableClock
  /** What the mailbox holds. */
  readonly mails: MailSeen[]
  /** What was logged as a fault of the server. */
  readonly problems: unknown[]
  /** Resolves when apps have been told of all that is committed. */
  settled(): Promise<void>
  /** A control, with the headers of a program that knows its manners. */
  control(verb: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Received>
  /** A call of the Web API with a JSON body. */
  call(method: string, token: string, args?: object): Promise<Received>
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }

/** A development server with its controls, expiry and webhooks, on a free port. `fill` stores what is to be there beside
 * the world when it starts. */
export async function startControlled(
  t: Cleanup,
  world: World = aWorld(),
  fill?: (store: Store) => Promise<void>,
): Promise<ControlledServer> {
  const store = await openSqlite({ path: ':memory:', tokenDigest: (token) => `test ${token}` })
  await store.addTeam(world.team, world.users)
  for (const { token, grant } of world.tokens) await store.addToken(token, grant)
  await fill?.(store)

  const problems: unknown[] = []
  const report = (fields: object, message: string) => void problems.push({ ...fields, message })
  const log = { error: report, warn: report, info: () => undefined }
  const clock = new MovableClock((err, message) => report({ err }, message))
  const limiter = createMemoryLimiter()
  const publicUrl = () => 'http://127.0.0.1:4390'
  const node = createNode({ store, log })
  const expiry = createExpiry({ store, node, clock, log })
  const relay = createRelay({ store, node, clock, log, publicUrl, allowPrivate: true })
  const mails: MailSeen[] = []
  const controls = createControls({
    store,
    clock,
    limiter,
    methods: [...methodsByName.keys()],
    readers: [relay],
    deliveries: relay,
    mailbox: { mail: () => mails, clear: () => void mails.splice(0) },
  })
  await controls.start()
  await node.start()
  await relay.start()
  await expiry.start()

  const services: Services = {
    store,
    methods: methodsByName,
    limiter,
    enforceLimits: true,
    clock,
    publicUrl,
    log,
    faults: controls.faults,
    journal: controls.journal,
  }
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    answerCall: (call) => dispatch(services, call),
    log,
    addRoutes(app) {
      addRoutes(app, {
        page: () => ({ mode: 'serve', url: '', api: '', version: '0.0.0' }),
        signIn: undefined,
        api: () => '',
        pageHosts: [],
      })
      addControls(app, controls, { host: '127.0.0.1', log })
    },
  })
  t.after(async () => {
    await listener.close()
    await expiry.stop()
    await relay.stop()
    await node.stop()
    await store.close()
  })
  const url = `http://127.0.0.1:${listener.port}`
  return {
    url,
    port: listener.port,
    store,
    clock,
    mails,
    problems,
    settled: () => relay.settled(),
    control: (method, path, body) =>
      send(`${url}/_nametag/${path}`, {
        method,
        ...(method === 'POST' ? { headers: JSON_TYPE, body: JSON.stringify(body ?? {}) } : {}),
      }),
    call: (method, token, args = {}) =>
      send(`${url}/api/${method}`, {
        headers: { ...JSON_TYPE, authorization: `Bearer ${token}` },
        body: JSON.stringify(args),
      }),
  }
}

/** A refusal of a control: its code, and a sentence that says what to change. */
export function assertRefused(answer: Received, status: number, code: string, message: RegExp): void {
  assert.equal(answer.status, status, answer.text)
  assert.deepEqual(Object.keys(answer.json), ['error', 'message'])
  assert.equal(answer.json.error, code)
  assert.match(answer.json.message, message)
}

export function withApp(more: Partial<App>) {
  return withTeam((team) => ({ ...team, apps: new Map([[STATUS_APP, { ...anApp(), ...more }]]) }))(aWorld())
}
