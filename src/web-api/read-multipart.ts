import Busboy from '@fastify/busboy'
import { type Refusal, refuse } from '../domain/errors.ts'
import type { RawArgs } from './call.ts'
import { type FormError, judgeName } from './read-form.ts'

const PARTS_MAX = 200
const FIELD_BYTES_MAX = 1024 * 1024

/** Reads a multipart form that has arrived whole. Files are passed over: no method takes one yet. */
export function readMultipart(body: Buffer, contentType: string): RawArgs | Refusal<FormError> {
  const args = new Map<string, unknown>()
  let refusal: Refusal<FormError> | undefined
  let finished = false
  try {
    const parser = new Busboy.default({
      headers: { 'content-type': contentType },
      limits: { parts: PARTS_MAX, fieldSize: FIELD_BYTES_MAX, headerPairs: 20 },
    })
    parser.on('field', (name: string, value: string) => {
      refusal ??= judgeName(name)
      args.set(name, value)
    })
    parser.on('file', (_name: string, file: { resume(): void }) => file.resume())
    parser.on('partsLimit', () => {
      refusal ??= refuse('invalid_form_data', `send at most ${PARTS_MAX} parts`)
    })
    parser.on('finish', () => {
      finished = true
    })
    parser.on('error', () => {
      refusal ??= broken()
    })
    parser.end(body)
  } catch {
    return broken()
  }
  if (refusal) return refusal
  return finished ? args : broken()
}

function broken(): Refusal<'invalid_form_data'> {
  return refuse('invalid_form_data', 'the multipart form cannot be read')
}
