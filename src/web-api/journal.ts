import type { Grant } from '../domain/grant.ts'
import type { Call, RawArgs } from './call.ts'
import { type OcpContext, readContext } from './ocp-context.ts'
import { methodNameOf } from './read-call.ts'
import { cutArgs, hideTokens, type ShownArgs, showArgs } from './show-args.ts'

/** Keeps the last calls, for people who look at what their program did. */
export interface Journal {
  record(call: RecordedCall): void
}

/** A call with its answer. */
export interface RecordedCall {
  readonly requestId: string
  /** Unix milliseconds, by the server's clock. */
  readonly at: number
  readonly durationMs: number
  /** Absent where there is no such method. */
  readonly method: string | undefined
  readonly call: Call
  /** Absent where the call could not be read. */
  readonly args: RawArgs | undefined
  readonly grant: Grant | undefined
  readonly status: number
  /** Absent where the answer is no error. */
  readonly error: string | undefined
  /** Of the charset; then what the answer says, or keeps to itself, about values that were passed over. */
  readonly warning: string | undefined
  readonly notices: readonly string[]
  readonly faultId: string | undefined
}

/** One entry as it is shown. It holds no token. */
export interface JournalEntry {
  readonly id: string
  /** Unix seconds, with milliseconds. */
  readonly at: number
  readonly method: string
  readonly token_id: string | null
  readonly user: string | null
  readonly team: string | null
  readonly args: ShownArgs
  readonly args_cut: boolean
  readonly context: ContextShown | null
  readonly ip: string
  readonly status: number
  readonly ok: boolean
  readonly error: string | null
  readonly warnings: readonly string[]
  readonly fault: string | null
  readonly duration_ms: number
}

/** What the headers of the Open Context Protocol say. A session carries earlier tokens in clear, so nothing of it is kept
 * but that it was there (docs/decisions/0037). */
export interface ContextShown {
  readonly id: string | null
  readonly agent_type: string | null
  readonly goal: string | null
  readonly session: boolean
}

export interface CallJournal extends Journal {
  /** The oldest first. */
  list(): JournalEntry[]
  clear(): void
}

export const CALLS_KEPT_MAX = 10_000
/** Characters of arguments that one entry keeps. */
export const ARGS_LENGTH_MAX = 10_000
/** Of all entries together. Where arguments are long, fewer calls are kept. */
const BYTES_KEPT_MAX = 32 * 1024 * 1024
const NAME_LENGTH_MAX = 255
/** What an entry takes beside its arguments, roughly. */
const ENTRY_BYTES = 500

interface Kept extends Omit<RecordedCall, 'call' | 'args' | 'method'> {
  readonly method: string
  readonly ip: string
  readonly context: OcpContext | null
  /** As they came, where they are short; they are made fit to be seen when somebody looks. */
  readonly args: RawArgs | ReturnType<typeof cutArgs>
  readonly bytes: number
}

/** A journal in memory. Recording stays cheap: an entry is put into words only when it is read. */
export function createJournal(): CallJournal {
  let kept: (Kept | undefined)[] = []
  let first = 0
  let bytes = 0

  return {
    record(call) {
      const entry = keep(call)
      kept.push(entry)
      bytes += entry.bytes
      while (kept.length - first > CALLS_KEPT_MAX || bytes > BYTES_KEPT_MAX) {
        bytes -= kept[first]?.bytes ?? 0
        kept[first++] = undefined
      }
      // Cut at twice the length, so that not every call moves all the others.
      if (first < CALLS_KEPT_MAX) return
      kept = kept.slice(first)
      first = 0
    },
    list: () => kept.slice(first).flatMap((entry) => (entry === undefined ? [] : [toEntry(entry)])),
    clear() {
      kept = []
      first = 0
      bytes = 0
    },
  }
}

const NO_ARGS: RawArgs = new Map()

function keep(recorded: RecordedCall): Kept {
  const { call, args = NO_ARGS, error, notices } = recorded
  const length = call.body.length + call.query.length
  let bytes = ENTRY_BYTES + Math.min(length, ARGS_LENGTH_MAX)
  for (const notice of notices) bytes += 2 * notice.length
  return {
    requestId: recorded.requestId,
    at: recorded.at,
    durationMs: recorded.durationMs,
    method: recorded.method ?? cut(methodNameOf(call.path)),
    ip: call.ip,
    context: contextOf(call),
    args: length > ARGS_LENGTH_MAX ? cutArgs(args, ARGS_LENGTH_MAX) : args,
    grant: recorded.grant,
    status: recorded.status,
    error: error === undefined ? undefined : cut(error),
    warning: recorded.warning,
    notices,
    faultId: recorded.faultId,
    bytes,
  }
}

/** A caller may choose the name of a method, and `api.test` its code. Copied: a piece of a string keeps the whole of it. */
function cut(name: string): string {
  return name.length <= NAME_LENGTH_MAX ? name : Buffer.from(name.slice(0, NAME_LENGTH_MAX)).toString()
}

function contextOf({ headers }: Call): OcpContext | null {
  return OCP_HEADERS.some((name) => headers[name] !== undefined) ? readContext(headers) : null
}

const OCP_HEADERS = ['ocp-context-id', 'ocp-agent-type', 'ocp-current-goal', 'ocp-session'] as const

function toEntry({ args, context, grant, warning, notices, ...kept }: Kept): JournalEntry {
  const said = warning === undefined ? notices : [warning, ...notices]
  const shown = args instanceof Map ? { args: showArgs(args), isCut: false } : (args as ReturnType<typeof cutArgs>)
  return {
    id: kept.requestId,
    at: kept.at / 1000,
    method: hideTokens(kept.method),
    token_id: grant?.tokenId ?? null,
    user: grant?.userId ?? null,
    team: grant?.teamId ?? null,
    args: shown.args,
    args_cut: shown.isCut,
    context: context && showContext(context),
    ip: kept.ip,
    status: kept.status,
    ok: kept.error === undefined,
    // A caller chooses the code of `api.test`, and whoever tries a client that of a fault; a warning names a caller's keys.
    error: kept.error === undefined ? null : hideTokens(kept.error),
    warnings: said.map(hideTokens),
    fault: kept.faultId ?? null,
    duration_ms: Math.round(kept.durationMs * 1000) / 1000,
  }
}

function showContext({ contextId, agentType, goal, hasSession }: OcpContext): ContextShown {
  return { id: contextId ?? null, agent_type: agentType ?? null, goal: goal ?? null, session: hasSession }
}
