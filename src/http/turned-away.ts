import { type ErrorCode, refuse } from '../domain/errors.ts'
import type { Answer } from '../web-api/call.ts'
import { envelope } from '../web-api/envelope.ts'
import { newRequestId } from '../web-api/request-id.ts'

/** The answer to what never becomes a call, with the headers of every other answer. */
export function turnAway(code: ErrorCode, explanation?: string): Answer {
  const result = refuse(code, explanation)
  return envelope({ result, method: undefined, scopes: undefined, warning: undefined, notices: [] }, newRequestId())
}
