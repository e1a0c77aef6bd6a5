import { type ErrorCode, isRefusal, Refusal, refuse } from '../domain/errors.ts'
import type { Grant } from '../domain/grant.ts'
import type { Limiter } from '../storage/limiter.ts'
import { OutcomeUnknown, StorageUnavailable, type Store } from '../storage/store.ts'
import { parseArguments, readEach } from './arguments.ts'
import { authenticate, type Caller } from './authenticate.ts'
import { authorize, closedTo } from './authorize.ts'
import type { Answer, Call, RawArgs } from './call.ts'
import { envelope, type Outcome } from './envelope.ts'
import { type Fault, type Faults, suffer, withFault } from './faults.ts'
import type { Journal } from './journal.ts'
import type { Method } from './method.ts'
import { charsetWarning, type Warning } from './read-body.ts'
import { methodNameOf, readCall } from './read-call.ts'
import { newRequestId } from './request-id.ts'
import { newSecret } from './secret.ts'
import type { SocketTickets } from './sockets.ts'
import { takeLimits } from './take-limits.ts'

/** What every call needs. */
export interface Services {
  readonly store: Store
  readonly methods: ReadonlyMap<string, Method>
  readonly limiter: Limiter
  /** Off: calls are counted and never refused. */
  readonly enforceLimits: boolean
  /** Unix milliseconds. */
  readonly clock: { now(): number }
  /** Draws the secret part of a link; absent: at random. */
  readonly newSecret?: () => string
  readonly publicUrl: () => string
  readonly log: { error(fields: object, message: string): void }
  /** Absent where this server opens no WebSockets. */
  readonly sockets?: SocketTickets
  /** Of `dev` alone. */
  readonly faults?: Faults
  /** Of `dev` alone: elsewhere nothing of a call is kept. */
  readonly journal?: Journal
  /** Hears of each call when its answer is made. It is quick, and never throws. */
  readonly onAnswered?: (answered: AnsweredCall) => void
}

/** What may be counted and logged of a call: nothing that its sender chose. */
export interface AnsweredCall {
  readonly requestId: string
  /** Absent where there is none of the name that was asked for. */
  readonly method: Method | undefined
  /** Of a refusal; absent where the call was answered. */
  readonly code: ErrorCode | undefined
  readonly durationMs: number
  readonly grant: Grant | undefined
}

/** What is found out on the way, for the envelope and the journal. */
interface Trace {
  /** Unix milliseconds; the same for the whole call. */
  readonly now: number
  method: Method | undefined
  grant: Grant | undefined
  warning: Warning | undefined
  notices: string[]
  /** Whether warnings and notices stay out of a successful answer. */
  bare: boolean
  args: RawArgs | undefined
  fault: Fault | undefined
}

const NO_GRANT = undefined as unknown as Caller

/** Answers a call in Slack's form; never rejects. */
export async function dispatch(services: Services, call: Call): Promise<Answer> {
  const startedAt = performance.now()
  const trace = beginTrace(services.clock.now())
  const requestId = newRequestId()
  let result: object
  try {
    result = await answer(services, call, trace)
  } catch (problem) {
    result = refusalOf(problem)
    services.log.error({ requestId, method: trace.method?.name, err: problem }, 'A call failed.')
  }
  const plain = envelope(toOutcome(result, trace), requestId)
  const answered = trace.fault === undefined ? plain : withFault(plain, trace.fault)
  const { method, grant } = trace
  const code = isRefusal(result) ? result.refused : undefined
  const durationMs = performance.now() - startedAt
  services.onAnswered?.({ requestId, method, code, durationMs, grant })
  services.journal?.record({
    requestId,
    at: trace.now,
    durationMs,
    method: method?.name,
    call,
    args: trace.args,
    grant,
    status: answered.status,
    error: code,
    warning: trace.warning,
    notices: trace.notices,
    faultId: trace.fault?.id,
  })
  return answered
}

function beginTrace(now: number): Trace {
  return {
    now,
    method: undefined,
    grant: undefined,
    warning: undefined,
    notices: [],
    bare: false,
    args: undefined,
    fault: undefined,
  }
}

/** The pipeline. The order of the checks is a rule of its own (docs/decisions/0030) and stands here alone. */
async function answer(services: Services, call: Call, trace: Trace): Promise<object> {
  const { store } = services
  const { now } = trace

  const name = methodNameOf(call.path)
  const method = services.methods.get(name)
  if (!method) return refuse('unknown_method', undefined, { req_method: name.slice(0, 255) })
  trace.method = method

  trace.warning = charsetWarning(call)
  // To wait for what is there already would cost every call a tenth of its time.
  const read = readCall(call)
  const incoming = read instanceof Promise ? await read : read
  if (isRefusal(incoming)) return incoming
  trace.args = incoming.args

  const open = method.tokens.length === 0
  const known = open ? NO_GRANT : authenticate(store, incoming.token, call, now)
  const caller = known instanceof Promise ? await known : known
  if (isRefusal(caller)) return caller
  trace.grant = caller?.grant

  trace.fault = services.faults?.take({ method: name, caller, token: open ? undefined : incoming.token })
  const failed = trace.fault && (await suffer(trace.fault))
  if (failed) return failed

  const closed = open ? undefined : closedTo(caller, call.ip, method)
  if (closed) return closed

  // Limits are answered before what comes next, and need to know what came of it.
  const judged = open ? undefined : authorize(caller, method)
  const args = judged ?? parseArguments(method.args, incoming.args)
  const counted = judged ?? (isRefusal(args) ? readEach(method.args, incoming.args) : args)
  const taken = takeLimits(services, method, { caller, ip: call.ip, args: counted }, now)
  const wait = taken instanceof Promise ? await taken : taken
  if (wait > 0) return new Refusal('ratelimited', [], undefined, wait)
  if (isRefusal(args)) return args

  const answered: unknown = await method.handle({
    grant: caller?.grant,
    team: caller?.team,
    caller: caller?.user,
    args,
    rawArgs: incoming.args,
    verb: call.method,
    ip: call.ip,
    store,
    issueTicket: async (kind) =>
      services.sockets?.issue({ kind, method: name, token: incoming.token ?? '', ip: call.ip }),
    now,
    newSecret: services.newSecret ?? newSecret,
    publicUrl: services.publicUrl(),
    warn: (notices) => trace.notices.push(...notices),
    answerBare: () => {
      trace.bare = true
    },
  })
  return answered as object
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
