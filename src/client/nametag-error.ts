import type { AnyError, Failure } from './types.ts'

/** A refusal, for callers who would rather catch than ask. */
export class NametagError extends Error {
  override readonly name = 'NametagError'
  readonly code: AnyError
  /** The whole answer. */
  readonly answer: Failure

  constructor(answer: Failure) {
    super([answer.error, ...(answer.response_metadata?.messages ?? [])].join(': '))
    this.code = answer.error
    this.answer = answer
  }
}

/** The answer where it is ok; throws a `NametagError` where it is not. */
export async function orThrow<Answer extends { readonly ok: true } | Failure>(
  calling: Answer | Promise<Answer>,
): Promise<Extract<Answer, { readonly ok: true }>> {
  const answer = await calling
  if (!answer.ok) throw new NametagError(answer)
  return answer as Extract<Answer, { readonly ok: true }>
}
