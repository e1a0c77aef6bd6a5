import { type Caller, createCaller } from './call.ts'
import type { Options } from './options.ts'
import type { Api, CallOptions } from './types.ts'

export { CallFailed } from './call-failed.ts'
export { NametagError, orThrow } from './nametag-error.ts'
export type { Fetch, FetchAnswer, FetchRequest, Options } from './options.ts'
export type {
  AnswerOf,
  AnyError,
  Api,
  ArgsFor,
  CallOptions,
  ErrorOf,
  Failure,
  MethodName,
  Profile,
  Success,
  TeamProfile,
  User,
} from './types.ts'

/** A client for this server and for Slack itself. Each method stands where the dots of its name lead, and answers what
 * the server answers: a refusal is an answer with `ok: false`, and only a call that got no answer rejects. */
export function nametag(options: Options = {}): Api {
  return methodsUnder('', createCaller(options)) as Api
}

/** Knows no names, so that every method can be called and none has to be listed. */
function methodsUnder(path: string, call: Caller): object {
  return new Proxy(() => undefined, {
    get: (_target, key) => {
      // Whatever has a `then` would be waited for by `await`.
      if (typeof key === 'symbol' || key === 'then') return undefined
      return methodsUnder(path === '' ? key : `${path}.${key}`, call)
    },
    apply: (_target, _this, [args, options]: [object | undefined, CallOptions | undefined]) =>
      call(path, args, options),
  })
}
