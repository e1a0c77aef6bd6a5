import { isUtf8 } from 'node:buffer'
import { isRefusal, type Refusal, refuse } from '../domain/errors.ts'
import type { RawArgs } from './call.ts'
import { type FormError, judgeName } from './read-form.ts'

const PARTS_MAX = 200
const PART_HEADERS_BYTES_MAX = 4096
/** RFC 2046, 5.1.1. */
const BOUNDARY_LENGTH_MAX = 70

/** Reads a multipart form that has arrived whole, at one go: streaming parsers hand over the last part a turn of the
 * event loop later. Files are passed over: no method takes one yet. A name that comes twice keeps its last value. */
export function readMultipart(body: Buffer, contentType: string): RawArgs | Refusal<FormError> {
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) return broken('its content type names no boundary')
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const args = new Map<string, unknown>()
  let at = endOfFirst(delimiter, body)
  for (let parts = 0; at !== undefined; parts++) {
    if (body.subarray(at, at + 2).equals(LAST)) return args
    if (parts === PARTS_MAX) return broken(`it has more than ${PARTS_MAX} parts`)

    const end = body.indexOf(delimiter, at)
    if (end < 0) break
    const refused = readPart(body.subarray(at, end), args)
    if (refused) return refused
    at = end + delimiter.length
  }
  return broken('it does not end with its boundary')
}

const LAST = Buffer.from('--')
const LINE_END = Buffer.from('\r\n')
const HEADERS_END = Buffer.from('\r\n\r\n')

function boundaryOf(contentType: string): string | undefined {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]*)"|([^\s;"]+))/i.exec(contentType) ?? []
  const boundary = quoted ?? bare ?? ''
  return boundary !== '' && boundary.length <= BOUNDARY_LENGTH_MAX ? boundary : undefined
}

/** What stands before the first delimiter is not part of the form; that one needs no line before it. */
function endOfFirst(delimiter: Buffer, body: Buffer): number | undefined {
  const opening = delimiter.subarray(LINE_END.length)
  if (body.subarray(0, opening.length).equals(opening)) return opening.length
  const found = body.indexOf(delimiter)
  return found < 0 ? undefined : found + delimiter.length
}

/** `part` is all between two delimiters: the rest of the delimiter's line, headers, an empty line, the value. */
function readPart(part: Buffer, args: Map<string, unknown>): Refusal<FormError> | undefined {
  const headersEnd = part.indexOf(HEADERS_END)
  if (headersEnd < 0) return broken('a part has no empty line after its headers')
  if (headersEnd > PART_HEADERS_BYTES_MAX) return broken('the headers of a part are too long')
  const disposition = dispositionOf(part.toString('latin1', 0, headersEnd))
  if (isRefusal(disposition)) return disposition
  if (disposition.isFile) return undefined

  const wrongName = judgeName(disposition.name)
  if (wrongName) return wrongName
  const value = part.subarray(headersEnd + HEADERS_END.length)
  if (!isUtf8(value)) return broken('a value is not valid UTF-8')
  args.set(disposition.name, value.toString('utf8'))
  return undefined
}

interface Disposition {
  readonly name: string
  readonly isFile: boolean
}

function dispositionOf(headers: string): Disposition | Refusal<'invalid_form_data'> {
  const [, parameters = ''] = /\r\ncontent-disposition:[ \t]*form-data[ \t]*;([^\r\n]*)/i.exec(headers) ?? []
  const [, quoted, bare] = /(?:^|;)\s*name=(?:"([^"]*)"|([^\s;"]+))/i.exec(parameters) ?? []
  const name = quoted ?? bare
  if (name === undefined) return broken('a part has no name')
  return { name, isFile: /(?:^|;)\s*filename\*?=/i.test(parameters) }
}

function broken(why: string): Refusal<'invalid_form_data'> {
  return refuse('invalid_form_data', `the multipart form cannot be read: ${why}`)
}
