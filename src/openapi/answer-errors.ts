import { ERRORS, type ErrorCode } from '../domain/errors.ts'
import { STATUS } from '../web-api/envelope.ts'
import type { Method } from '../web-api/method.ts'
import { PIPELINE_ERRORS, type PipelineError, TOKEN_ERRORS } from '../web-api/pipeline-errors.ts'

/** Every code that a method answers with this HTTP status, its own first, each with its cause. */
export function causesOf(method: Method, status: number): ReadonlyMap<string, string> {
  const shared = PIPELINE_ERRORS.filter((code) => isPossible(code, method))
  const codes: readonly ErrorCode[] = [...method.errors, ...shared]
  return new Map(codes.filter((code) => statusOf(code) === status).map((code) => [code, causeOf(method, code)]))
}

function isPossible(code: PipelineError, { tokens, scopes }: Method): boolean {
  if (tokens.length === 0) return !TOKEN_ERRORS.has(code)
  return code !== 'missing_scope' || scopes.length > 0
}

function statusOf(code: ErrorCode): number {
  return STATUS.get(code) ?? 200
}

function causeOf({ unreachable }: Method, code: ErrorCode): string {
  const reason = unreachable?.[code]
  return reason === undefined ? ERRORS[code] : `${ERRORS[code]} Never answered: ${reason}`
}

/** Whether the caller may choose the code: an example then ends in one that stands in no list. */
export function isCodeChosen({ examples }: Method): boolean {
  return examples.some(({ answer }) => typeof answer.error === 'string' && !(answer.error in ERRORS))
}
