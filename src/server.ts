import { VERSION } from './cli/version.ts'
import { listen } from './http/listener.ts'
import { addOpenApiRoutes } from './http/openapi-routes.ts'
import type { PageFacts } from './http/page/page.ts'
import { addRoutes, type SignIn } from './http/routes.ts'
import { methodsByName } from './methods/index.ts'
import type { Store } from './storage/store.ts'
import { dispatch, type Services } from './web-api/dispatch.ts'
import { createMemoryLimiter } from './web-api/memory-limiter.ts'

export interface ServerOptions {
  readonly mode: 'dev' | 'serve'
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Where people reach this server, when that is not `host:port`. */
  readonly publicUrl?: string
  readonly store: Store
  /** Unix milliseconds. */
  readonly clock: { now(): number }
  readonly log: Services['log']
  /** Off: calls are counted and never refused. */
  readonly rateLimits: boolean
  readonly page: () => PageFacts | Promise<PageFacts>
  readonly signIn?: SignIn
}

export interface RunningServer {
  readonly url: string
  /** With a slash at the end, as SDKs want it. */
  readonly api: string
  readonly port: number
  /** Finishes what is running, then stops. The store stays open. */
  close(): Promise<void>
}

/** Puts the parts together and opens the port. The one file that knows every part. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  let publicUrl = options.publicUrl?.replace(/\/+$/, '') ?? ''
  const services: Services = {
    store: options.store,
    methods: methodsByName,
    limiter: createMemoryLimiter(),
    enforceLimits: options.rateLimits,
    clock: options.clock,
    publicUrl: () => publicUrl,
    log: options.log,
  }
  const listener = await listen({
    host: options.host,
    port: options.port,
    answerCall: (call) => dispatch(services, call),
    addRoutes: (app) => {
      addRoutes(app, {
        page: options.page,
        signIn: options.signIn,
        api: () => `${publicUrl}/api/`,
        pageHosts: pageHostsOf(options),
      })
      addOpenApiRoutes(app, {
        methods: [...methodsByName.values()],
        version: VERSION,
        publicUrl: options.publicUrl?.replace(/\/+$/, ''),
        ownUrl: () => publicUrl,
      })
    },
  })
  const url = `http://${hostInUrl(options.host)}:${listener.port}`
  if (publicUrl === '') publicUrl = url
  return { url, api: `${url}/api/`, port: listener.port, close: () => listener.close() }
}

function pageHostsOf({ mode, host }: ServerOptions): readonly string[] {
  return mode === 'dev' && isLoopback(host) ? ['localhost', '127.0.0.1', '[::1]', host] : []
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/** An address that listens everywhere is reached on this machine by its loopback name. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
