import { isUtf8 } from 'node:buffer'
import { gunzipSync } from 'node:zlib'
import type { Call } from './call.ts'
import { headerOf } from './call.ts'
import { isBroken, parseJson } from './parse-json.ts'
import { hideTokens } from './show-args.ts'

/** What an agent of the Open Context Protocol says of itself beside a call. It lends no authority (docs/decisions/0037). */
export interface OcpContext {
  readonly contextId?: string
  readonly agentType?: string
  readonly goal?: string
  readonly user?: string
  readonly workspace?: string
  /** Whether a readable session came along. What it holds is never kept: earlier calls stand in it with their tokens. */
  readonly hasSession: boolean
}

const CONTEXT_ID = /^[a-zA-Z0-9-]{1,64}$/
const AGENT_TYPE_LENGTH_MAX = 64
/** Of a goal, a user and a workspace. */
const TEXT_LENGTH_MAX = 256
const SESSION_LENGTH_MAX = 64 * 1024 + 'gzip:'.length
/** Of an unpacked session. Packed bytes may unpack to a thousand times as many. */
const UNPACKED_BYTES_MAX = 1024 * 1024

/** Reads the context headers of a call. What is invalid, too long or broken is ignored, each header by itself; tokens
 * that stand in a text are blotted out. */
export function readContext(headers: Call['headers']): OcpContext {
  const textOf = (name: string, lengthMax: number) => readText(headerOf({ headers }, name), lengthMax)
  const contextId = headerOf({ headers }, 'ocp-context-id')
  const found = {
    contextId: contextId !== undefined && CONTEXT_ID.test(contextId) ? contextId : undefined,
    agentType: textOf('ocp-agent-type', AGENT_TYPE_LENGTH_MAX),
    goal: textOf('ocp-current-goal', TEXT_LENGTH_MAX),
    user: textOf('ocp-user', TEXT_LENGTH_MAX),
    workspace: textOf('ocp-workspace', TEXT_LENGTH_MAX),
  }
  return {
    ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
    hasSession: isSession(headerOf({ headers }, 'ocp-session')),
  }
}

const CONTROL = /\p{Cc}/u

function readText(raw: string | undefined, lengthMax: number): string | undefined {
  if (raw === undefined || raw === '') return undefined
  const text = decode(raw)
  if ([...text].length > lengthMax || CONTROL.test(text)) return undefined
  return hideTokens(text)
}

/** Node hands over the bytes of a header as Latin-1; some clients send UTF-8. */
function decode(raw: string): string {
  const bytes = Buffer.from(raw, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : raw
}

/** A JSON object in base64, or packed with `gzip:` before it. */
function isSession(raw: string | undefined): boolean {
  if (raw === undefined || raw.length > SESSION_LENGTH_MAX) return false
  const isPacked = raw.startsWith('gzip:')
  const encoded = isPacked ? raw.slice('gzip:'.length) : raw
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return false
  const unpacked = isPacked ? unpack(Buffer.from(encoded, 'base64')) : Buffer.from(encoded, 'base64')
  if (unpacked === undefined || !isUtf8(unpacked)) return false
  const value = parseJson(unpacked.toString('utf8'))
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isBroken(value)
}

/** Stops as soon as too much comes out. */
function unpack(packed: Buffer): Buffer | undefined {
  try {
    return gunzipSync(packed, { maxOutputLength: UNPACKED_BYTES_MAX })
  } catch {
    return undefined
  }
}
