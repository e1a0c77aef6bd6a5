import { type ErrorCode, isRefusal, Refusal, refuse } from '../domain/errors.ts'
import type { Grant } from '../domain/grant.ts'
import type { UserId } from '../domain/ids.ts'
import { OutcomeUnknown, StorageUnavailable, type Store } from '../storage/store.ts'
import { parseArguments } from './arguments.ts'
import { authenticate, type Caller } from './authenticate.ts'
import { authorize, closedTo } from './authorize.ts'
import type { Answer, Call } from './call.ts'
import { envelope, type Outcome } from './envelope.ts'
import { type Limiter, TIER_PER_MINUTE, windowsOf } from './limits.ts'
import type { Method } from './method.ts'
import { charsetWarning, type Warning } from './read-body.ts'
import { methodNameOf, readCall } from './read-call.ts'
import { newRequestId } from './request-id.ts'

/** What every call needs. */
export interface Services {
  readonly store: Store
  readonly methods: ReadonlyMap<string, Method>
  readonly limiter: Limiter
  /** Off: calls are counted and never refused. */
  readonly enforceLimits: boolean
  /** Unix milliseconds. */
  readonly clock: { now(): number }
  readonly publicUrl: () => string
  readonly log: { error(fields: object, message: string): void }
}

/** What is found out on the way, for the envelope. */
interface Trace {
  method: Method | undefined
  grant: Grant | undefined
  warning: Warning | undefined
  notices: string[]
  /** Whether warnings and notices stay out of a successful answer. */
  bare: boolean
}

const NO_GRANT = undefined as unknown as Caller

/** Answers a call in Slack's form; never rejects. */
export async function dispatch(services: Services, call: Call): Promise<Answer> {
  const trace: Trace = { method: undefined, grant: undefined, warning: undefined, notices: [], bare: false }
  const requestId = newRequestId()
  let result: object
  try {
    result = await answer(services, call, trace)
  } catch (problem) {
    result = refusalOf(problem)
    services.log.error({ requestId, method: trace.method?.name, err: problem }, 'A call failed.')
  }
  return envelope(toOutcome(result, trace), requestId)
}

/** The pipeline. The order of the checks is a rule of its own (docs/decisions/0030) and stands here alone. */
async function answer(services: Services, call: Call, trace: Trace): Promise<object> {
  const { store, limiter } = services
  const now = services.clock.now()

  const name = methodNameOf(call.path)
  const method = services.methods.get(name)
  if (!method) return refuse('unknown_method', undefined, { req_method: name.slice(0, 255) })
  trace.method = method

  trace.warning = charsetWarning(call)
  const read = readCall(call)
  // Waiting costs every call a turn; only a multipart form has to.
  const incoming = read instanceof Promise ? await read : read
  if (isRefusal(incoming)) return incoming

  const open = method.tokens.length === 0
  const caller = open ? NO_GRANT : await authenticate(store, incoming.token, call, now)
  if (isRefusal(caller)) return caller
  trace.grant = caller?.grant

  const closed = open ? undefined : closedTo(caller, call.ip)
  if (closed) return closed

  const tierKey = open ? `${name} ${call.ip}` : tierKeyOf(name, caller.grant)
  const perMinute = tierOf(method)
  const tierWait = perMinute === 0 ? 0 : limiter.takeTier(tierKey, perMinute, now)
  if (tierWait > 0 && services.enforceLimits) return ratelimited(tierWait)

  const barred = open ? undefined : authorize(caller, method)
  if (barred) return barred

  const args = parseArguments(method.args, incoming.args)
  if (isRefusal(args)) return args

  const windowWait = open ? 0 : await takeWindows(services, method, caller, args, now)
  if (windowWait > 0 && services.enforceLimits) {
    limiter.returnTier(tierKey, perMinute)
    return ratelimited(windowWait)
  }

  const answered: unknown = await method.handle({
    grant: caller?.grant,
    team: caller?.team,
    caller: caller?.user,
    args,
    rawArgs: incoming.args,
    store,
    now,
    publicUrl: services.publicUrl(),
    warn: (notices) => trace.notices.push(...notices),
    answerBare: () => {
      trace.bare = true
    },
  })
  return answered as object
}

async function takeWindows(
  { store, limiter }: Services,
  method: Method,
  { grant, user }: Caller,
  args: Readonly<Record<string, unknown>>,
  now: number,
): Promise<number> {
  if (!method.rate.some((limit) => limit.kind !== 'tier')) return 0
  const named = (args.user as UserId | undefined) ?? user.id
  // An id that names nobody counts against the tier only (docs/decisions/0032).
  const known = named === user.id || (await store.findUser(grant.teamId, named)) !== undefined
  const target = known ? named : undefined
  return limiter.takeWindow(windowsOf(method.rate, { method: method.name, tokenId: grant.tokenId, target, args }), now)
}

function tierOf(method: Method): number {
  const limit = method.rate.find((candidate) => candidate.kind === 'tier')
  return limit === undefined ? 0 : TIER_PER_MINUTE[limit.tier]
}

function tierKeyOf(method: string, grant: Grant): string {
  return `${method} ${grant.teamId} ${grant.appId ?? grant.tokenId}`
}

function ratelimited(seconds: number): Refusal<'ratelimited'> {
  return new Refusal('ratelimited', [], undefined, seconds)
}

/** Exceptions are outages or bugs, told apart here and nowhere else. */
function refusalOf(problem: unknown): Refusal<ErrorCode> {
  if (problem instanceof StorageUnavailable) return refuse('service_unavailable')
  if (problem instanceof OutcomeUnknown) return refuse('fatal_error')
  return refuse('internal_error')
}

function toOutcome(result: object, { method, grant, warning, notices, bare }: Trace): Outcome {
  if (bare && !isRefusal(result)) {
    return { result, method, scopes: grant?.scopes, warning: undefined, notices: [] }
  }
  return { result, method, scopes: grant?.scopes, warning, notices }
}
