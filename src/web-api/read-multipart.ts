import { isUtf8 } from 'node:buffer'
import { type Refusal, refuse } from '../domain/errors.ts'
import type { RawArgs } from './call.ts'
import { type FormError, judgeName } from './read-form.ts'

const PARTS_MAX = 200
/** What the reader puts in the place of bytes that are no text. */
const REPLACEMENT = '\ufffd'

/** Reads a multipart form that has arrived whole, with the platform's own reader. Files are passed over: no method takes
 * one yet. A name that comes twice keeps its last value. Never rejects. */
export async function readMultipart(body: Buffer, contentType: string): Promise<RawArgs | Refusal<FormError>> {
  const form = await parse(body, contentType)
  if (form === undefined) return refuse('invalid_form_data', 'the multipart form cannot be read')

  const args = new Map<string, unknown>()
  let parts = 0
  let hasFile = false
  let hasReplacement = false
  for (const [name, value] of form) {
    if (++parts > PARTS_MAX) return refuse('invalid_form_data', `send at most ${PARTS_MAX} parts`)
    const wrongName = judgeName(name)
    if (wrongName) return wrongName
    if (typeof value === 'string') {
      args.set(name, value)
      if (value.includes(REPLACEMENT)) hasReplacement = true
    } else hasFile = true
  }
  // Only a file may have bytes that are no text.
  if ((hasReplacement || !hasFile) && !isUtf8(body))
    return refuse('invalid_form_data', 'the multipart form is not valid UTF-8')
  return args
}

async function parse(body: Buffer, contentType: string): Promise<FormData | undefined> {
  try {
    return await new Response(body, { headers: { 'content-type': contentType } }).formData()
  } catch {
    return undefined
  }
}
