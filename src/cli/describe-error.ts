/** What the log says of an error. */
export interface ErrorSeen {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: ErrorSeen
  readonly errors?: readonly ErrorSeen[]
}

/** Causes of causes. */
const DEPTH_MAX = 4
const ERRORS_MAX = 4
const TEXT_LENGTH_MAX = 8_000

/** Names the fault and where it arose. The other properties of an error stay out: drivers put rows, parameters and
 * recipients there. So does what a message may repeat of what somebody sent or configured. */
export function describeError(error: unknown, depth = DEPTH_MAX): ErrorSeen {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutSecrets(String(error)) }
  const { name, message, stack, cause } = error
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const inner = cause === undefined || depth <= 1 ? {} : { cause: describeError(cause, depth - 1) }
  const several = error instanceof AggregateError && depth > 1 ? { errors: someOf(error, depth) } : {}
  return {
    ...{ type: name, message: withoutSecrets(message), ...code },
    ...(stack === undefined ? {} : { stack: withoutSecrets(stack) }),
    ...inner,
    ...several,
  }
}

function someOf({ errors }: AggregateError, depth: number): readonly ErrorSeen[] {
  return errors.slice(0, ERRORS_MAX).map((error) => describeError(error, depth - 1))
}

/** Tokens, addresses of people, what stands in a URL beside its host, and what a JSON parser could not read. */
export function withoutSecrets(text: string): string {
  return text
    .slice(0, TEXT_LENGTH_MAX)
    .replace(/\b(xox[a-z]|xapp)-[\w.-]+/g, '$1-…')
    .replace(/\b(?:https?|wss?|postgres(?:ql)?|smtps?):\/\/[^\s"'<>]+/gi, hostOf)
    .replace(/[^\s@/"'<>()]{1,64}@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/gi, '…@…')
    .replace(/(?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON/gs, '… is not valid JSON')
}

function hostOf(text: string): string {
  const url = URL.parse(text)
  return url === null ? text.replace(/:.*/s, '://…') : `${url.protocol}//${url.host}`
}
