import { setTimeout } from 'node:timers/promises'
import { type Clock, MovableClock } from './clock.ts'
import { type Controls, createControls } from './controls/controls.ts'
import { addControls } from './controls/routes.ts'
import { createMail } from './delivery/mail.ts'
import type { MemoryPost } from './delivery/mail-memory.ts'
import type { Post } from './delivery/mail-post.ts'
import { createRelay, type Relay } from './delivery/relay.ts'
import { createRtm } from './delivery/rtm.ts'
import { createSocketMode } from './delivery/socket-mode.ts'
import type { Log } from './delivery/subscriber.ts'
import { createTickets } from './delivery/tickets.ts'
import { createTrimming } from './delivery/trimming.ts'
import { createExpiry } from './expiry/expiry.ts'
import { addConfirmEmail } from './http/confirm-email.ts'
import { addHealth } from './http/health.ts'
import { DRAIN_MS, type Listener, listen } from './http/listener.ts'
import { addMcpRoutes } from './http/mcp-routes.ts'
import { addOpenApiRoutes } from './http/openapi-routes.ts'
import type { PageFacts } from './http/page/page.ts'
import { addRoutes, type SignIn } from './http/routes.ts'
import { createSocketServer } from './http/sockets.ts'
import { isLoopback } from './loopback.ts'
import { methodsByName } from './methods/index.ts'
import { createNode } from './nodes/node.ts'
import { createObservation, type Observation } from './observation.ts'
import type { Limiter } from './storage/limiter.ts'
import type { Store } from './storage/store.ts'
import { VERSION } from './version.ts'
import { createAdmission } from './web-api/admit.ts'
import type { Answer, Call } from './web-api/call.ts'
import { dispatch, type Services } from './web-api/dispatch.ts'
import { createMemoryLimiter } from './web-api/memory-limiter.ts'

export interface ServerLog extends Log {
  /** Absent where nobody reads it. */
  readonly debug?: (fields: object, message: string) => void
  error(fields: object, message: string): void
}

export interface ServerOptions {
  readonly mode: 'dev' | 'serve'
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Where people reach this server, when that is not `host:port`. */
  readonly publicUrl?: string
  readonly store: Store
  /** In `dev` one that can be moved: with it come the controls. */
  readonly clock: Clock
  readonly log: ServerLog
  /** Off: calls are counted and never refused. */
  readonly rateLimits: boolean
  /** Counts calls together with other servers; absent: by itself, in memory. */
  readonly limiter?: Limiter
  readonly page: () => PageFacts | Promise<PageFacts>
  readonly signIn?: SignIn
  /** Lets webhooks go to this machine and its network. */
  readonly allowPrivateWebhooks: boolean
  /** Where mails go. */
  readonly post: Post
  /** The same, where what it keeps can be read by the controls. */
  readonly mailbox?: MemoryPost
  /** How long calls are still taken after this server has said that it is not ready any more; 0 unless said. */
  readonly drainDelayMs?: number
  /** Age of an entry of the log that goes once everybody has dealt with it; 30 days unless said. */
  readonly logRetentionMs?: number
}

export interface RunningServer {
  readonly url: string
  /** With a slash at the end, as SDKs want it. */
  readonly api: string
  readonly port: number
  readonly relay: Relay
  /** In `dev` alone. */
  readonly controls: Controls | undefined
  /** Says that it is not ready, finishes what is running, then stops. The store stays open. */
  close(): Promise<void>
}

/** Puts the parts together and opens the port. The one file that knows every part. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { store, clock, log, mode, host } = options
  const address = { publicUrl: withoutSlash(options.publicUrl ?? '') }
  const publicUrl = () => address.publicUrl
  const limiter = options.limiter ?? createMemoryLimiter()
  const observation = createObservation({ store, limiter, clock, log, methods: methodsByName.keys() })
  const background = createBackground(options, publicUrl, observation)
  const controls =
    mode === 'dev' && clock instanceof MovableClock ? controlsOf({ ...options, clock }, limiter, background) : undefined
  const services: Services = {
    store,
    methods: methodsByName,
    limiter,
    enforceLimits: options.rateLimits,
    clock,
    publicUrl,
    log,
    sockets: background.tickets,
    onAnswered: observation.onAnswered,
    ...(controls === undefined ? {} : { faults: controls.faults, journal: controls.journal }),
  }
  await controls?.start()
  const gate = createGate((call) => dispatch(services, call))
  const listener = await listen({
    host,
    port: options.port,
    answerCall: gate.answerCall,
    log,
    onUpgrade: background.sockets.onUpgrade,
    onTurnedAway: observation.onTurnedAway,
    addRoutes: (app) => {
      addHealth(app, {
        findMissing: () => observation.readiness.find(),
        readMetrics: () => observation.readMetrics(background),
      })
      addRoutes(app, {
        page: options.page,
        signIn: options.signIn,
        api: () => `${publicUrl()}/api/`,
        pageHosts: mode === 'dev' && isLoopback(host) ? ['localhost', '127.0.0.1', '[::1]', host] : [],
      })
      addConfirmEmail(app, { store, clock })
      addOpenApiRoutes(app, {
        methods: [...methodsByName.values()],
        version: VERSION,
        publicUrl: options.publicUrl === undefined ? undefined : withoutSlash(options.publicUrl),
        ownUrl: publicUrl,
      })
      addMcpRoutes(app, {
        methods: methodsByName,
        version: VERSION,
        answerCall: gate.answerCall,
        clock,
        publicUrl,
        log,
      })
      if (controls) addControls(app, controls, { host, log })
    },
  })
  const url = `http://${hostInUrl(host)}:${listener.port}`
  if (address.publicUrl === '') address.publicUrl = url
  await background.start().catch((error: unknown) => stopAfter(error, listener))
  gate.open()
  observation.readiness.started()
  log.info({ version: VERSION, mode, engine: store.stats().engine, host, port: listener.port }, 'Nametag serves.')
  const close = async () => {
    const { drainDelayMs = 0 } = options
    observation.readiness.drain()
    log.info({ drainDelayMs }, 'Nametag is stopping.')
    if (drainDelayMs > 0) await setTimeout(drainDelayMs)
    await Promise.all([listener.close(DRAIN_MS - drainDelayMs), background.stop()])
    observation.stop()
    log.info({}, 'Nametag has stopped.')
  }
  return { url, api: `${url}/api/`, port: listener.port, relay: background.relay, controls, close }
}

/** Everything that goes on beside the calls. */
function createBackground(
  { store, clock, log, post, allowPrivateWebhooks, logRetentionMs: retentionMs }: ServerOptions,
  publicUrl: () => string,
  { deliveries: observer, onMail, onCleared, onTrimmed }: Observation,
) {
  const node = createNode({ store, log })
  const tickets = createTickets(store)
  const admission = createAdmission({ store, methods: methodsByName, clock })
  const socketMode = createSocketMode({ publicUrl })
  const rtm = createRtm({ store, publicUrl, log })
  const allowPrivate = allowPrivateWebhooks
  const relay = createRelay({ store, node, clock, log, publicUrl, allowPrivate, socketMode, observer })
  const onCommit = (listener: () => void) => store.onCommit(listener)
  const sockets = createSocketServer({ tickets, admission, isShared: store.isShared, socketMode, rtm, onCommit, log })
  const mail = createMail({ store, clock, log, publicUrl, post, onAttempt: onMail })
  const expiry = createExpiry({ store, node, clock, log, onCleared })
  const trimming = createTrimming({ store, node, clock, log, retentionMs, onTrimmed })
  return {
    tickets,
    sockets,
    relay,
    mail,
    expiry,
    trimming,
    /** What is committed after it has resolved is told to everybody. */
    async start(): Promise<void> {
      await node.start()
      await Promise.all([relay.start(), mail.start()])
      await Promise.all([expiry.start(), trimming.start()])
    },
    async stop(): Promise<void> {
      // Sockets go also where the store is away and the relay cannot say how far it came.
      const stopSockets = relay.stop().finally(() => {
        rtm.stop()
        return sockets.stop()
      })
      await Promise.all([stopSockets, mail.stop(), expiry.stop(), trimming.stop()]).finally(() => node.stop())
    },
  }
}

type Background = ReturnType<typeof createBackground>

function controlsOf(
  { store, clock, mailbox }: ServerOptions & { readonly clock: MovableClock },
  limiter: Limiter,
  { relay, mail, expiry, trimming }: Background,
): Controls {
  return createControls({
    store,
    clock,
    limiter,
    methods: [...methodsByName.keys()],
    readers: [relay, mail, expiry, trimming],
    deliveries: relay,
    mailbox: mailbox ?? { mail: () => [], clear: () => undefined },
  })
}

/** Holds calls back until everything is ready that has to hear of them. */
function createGate(answer: (call: Call) => Promise<Answer>) {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  let now = (call: Call) => opened.then(() => answer(call))
  return {
    answerCall: (call: Call) => now(call),
    open() {
      now = answer
      open()
    },
  }
}

async function stopAfter(error: unknown, listener: Listener): Promise<never> {
  await listener.close()
  throw error
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}

/** An address that listens everywhere is reached on this machine by its loopback name. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
