/** A call without an answer of the API: nobody can say whether it was carried out. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed'
  readonly method: string
  /** `unreachable`: no connection, or it broke. `timed_out`: `timeoutMs` passed. `unreadable`: something answered, but
   * not the Web API. */
  readonly reason: 'unreachable' | 'timed_out' | 'unreadable'
  /** Of HTTP, where anything answered. */
  readonly status: number | undefined

  constructor({ method, reason, sentence, status, cause }: CallFailure) {
    super(`${method}: ${sentence}`, cause === undefined ? undefined : { cause })
    this.method = method
    this.reason = reason
    this.status = status
  }
}

export interface CallFailure {
  readonly method: string
  readonly reason: CallFailed['reason']
  readonly sentence: string
  readonly status?: number
  readonly cause?: unknown
}
