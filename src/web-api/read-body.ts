import { isUtf8 } from 'node:buffer'
import { isRefusal, type Refusal, refuse } from '../domain/errors.ts'
import { type Call, headerOf, type RawArgs } from './call.ts'
import { isBroken, parseJson } from './parse-json.ts'
import { ARGS_MAX, type FormError, readForm } from './read-form.ts'
import { readMultipart } from './read-multipart.ts'

export type Warning = 'missing_charset' | 'superfluous_charset'

export interface Body {
  readonly args: RawArgs
  /** Whether the arguments came as JSON: a token among them is not read then. */
  readonly isJson: boolean
}

export type BodyError =
  | FormError
  | 'invalid_post_type'
  | 'missing_post_type'
  | 'invalid_charset'
  | 'invalid_json'
  | 'json_not_object'
  | 'invalid_arguments'

interface ContentType {
  readonly type: string
  /** Lower case; absent where none was sent. */
  readonly charset: string | undefined
}

const NO_BODY: Body = { args: new Map(), isJson: false }
const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'
const MULTIPART = 'multipart/form-data'
const PLAIN = 'text/plain'

/** Slack: "non-form-data content types … are the ones for which charset is recommended", and superfluous elsewhere
 * — users.profile.set, warnings. */
export function charsetWarning(call: Call): Warning | undefined {
  if (call.method === 'GET' || call.method === 'HEAD') return undefined
  const { type, charset } = contentTypeOf(call)
  if ((type === JSON_TYPE || type === PLAIN) && charset === undefined) return 'missing_charset'
  if ((type === FORM || type === MULTIPART) && charset !== undefined) return 'superfluous_charset'
  return undefined
}

/** Reads the body by its content type. An empty body is fine with any, and a GET has none (docs/decisions/0003). Only a
 * multipart form takes more than one turn. */
export function readBody(call: Call): Body | Refusal<BodyError> | Promise<Body | Refusal<BodyError>> {
  if (call.body.length === 0 || call.method === 'GET' || call.method === 'HEAD') return NO_BODY
  const { type, charset } = contentTypeOf(call)
  if (type === '') return refuse('missing_post_type', 'send a Content-Type header with the body')
  if (type !== FORM && type !== JSON_TYPE && type !== MULTIPART && type !== PLAIN) {
    return refuse('invalid_post_type', `send one of ${JSON_TYPE}, ${FORM}, ${MULTIPART}, ${PLAIN}`)
  }
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'iso-8859-1') {
    return refuse('invalid_charset', 'send charset=utf-8 or charset=iso-8859-1, or none')
  }
  if (isCompressed(call)) {
    const code = type === JSON_TYPE ? 'invalid_json' : 'invalid_form_data'
    return refuse(code, 'send the body uncompressed, without a Content-Encoding')
  }
  if (type === MULTIPART) return readMultipartBody(call)

  const isJson = type === JSON_TYPE || (type === PLAIN && startsLikeJson(call.body))
  if (charset !== 'iso-8859-1' && !isUtf8(call.body)) {
    return refuse(isJson ? 'invalid_json' : 'invalid_form_data', 'the body is not valid UTF-8')
  }
  const text = call.body.toString(charset === 'iso-8859-1' ? 'latin1' : 'utf8')
  return isJson ? readJson(text) : asBody(readForm(text, 'body'), false)
}

const COMPRESSED = /\b(?:gzip|deflate|br|zstd|compress)\b/i

/** Anything else in this header is passed over: some clients put the charset there (docs/decisions/0003). */
function isCompressed(call: Call): boolean {
  const coding = headerOf(call, 'content-encoding')
  return coding !== undefined && COMPRESSED.test(coding)
}

function asBody(args: RawArgs | Refusal<FormError>, isJson: boolean): Body | Refusal<FormError> {
  return isRefusal(args) ? args : { args, isJson }
}

async function readMultipartBody(call: Call): Promise<Body | Refusal<FormError>> {
  return asBody(await readMultipart(call.body, headerOf(call, 'content-type') ?? ''), false)
}

function readJson(text: string): Body | Refusal<'invalid_json' | 'json_not_object' | 'invalid_arguments'> {
  const value = parseJson(text)
  if (isBroken(value)) return refuse('invalid_json', 'the body is not JSON, or is nested too deeply')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('json_not_object', 'send the arguments as one JSON object')
  }
  const entries = Object.entries(value)
  if (entries.length > ARGS_MAX) return refuse('invalid_arguments', `send at most ${ARGS_MAX} arguments`)
  return { args: new Map(entries), isJson: true }
}

/** text/plain is how a browser posts without asking first: the text is JSON or a form, as its first sign says. */
function startsLikeJson(body: Buffer): boolean {
  let at = 0
  while (isSpace(body[at])) at++
  return body[at] === 0x7b || body[at] === 0x5b
}

/** What JSON takes for space. */
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** `; name=value`, where the value may stand in quotes, with any sign in it. */
const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"([^"]*)"|([^\s;"]*))/g

let lastHeader = ''
let lastContentType: ContentType = { type: '', charset: undefined }

/** Clients send the same header over and over, so the last reading is kept. */
function contentTypeOf(call: Call): ContentType {
  const header = headerOf(call, 'content-type') ?? ''
  if (header === lastHeader) return lastContentType
  const [type = ''] = header.split(';', 1)
  const charset = [...header.matchAll(PARAMETER)].find(([, name]) => name?.toLowerCase() === 'charset')
  lastContentType = { type: type.trim().toLowerCase(), charset: (charset?.[2] ?? charset?.[3])?.toLowerCase() }
  lastHeader = header
  return lastContentType
}
