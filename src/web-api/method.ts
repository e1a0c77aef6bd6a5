import type { ErrorCode, Refusal } from '../domain/errors.ts'
import type { Grant, TokenKind } from '../domain/grant.ts'
import type { Team } from '../domain/team.ts'
import type { User } from '../domain/user.ts'
import type { Store } from '../storage/store.ts'
import type { Arg, ArgsOf } from './arguments.ts'
import type { RawArgs } from './call.ts'
import type { Limit } from './limits.ts'
import type { PipelineError } from './pipeline-errors.ts'
import type { Schema, TypeOf } from './schema.ts'
import type { SocketPass } from './sockets.ts'

/** A Web API method as data: routing, argument reading, reference pages, OpenAPI and the coverage tests are made from
 * it. `handle` holds the order of the work and no rule. The compiler refuses a handler that answers a code which
 * `errors` does not list. */
export interface Method<
  Args extends Readonly<Record<string, Arg>> = Readonly<Record<string, Arg>>,
  Response extends Schema = Schema,
  Code extends ErrorCode = ErrorCode,
  Name extends string = string,
> {
  /** As in the URL: `users.profile.set`. */
  readonly name: Name
  /** One sentence. */
  readonly summary: string
  /** What a caller should know beside the arguments; paragraphs of Markdown. */
  readonly docs?: string
  /** The HTTP method that the documentation recommends. Both GET and POST are taken. */
  readonly verb: 'GET' | 'POST'
  /** The same call again changes nothing more. Of a GET this goes without saying. */
  readonly idempotent?: true
  /** Owners may call it whatever state their team is in: it leads the team out again. */
  readonly leadsBack?: true
  /** Kinds of token that may call; empty: none is needed. */
  readonly tokens: readonly TokenKind[]
  /** All of them are needed, unless `anyScope` says that one is enough. */
  readonly scopes: readonly string[]
  readonly anyScope?: true
  readonly rate: readonly Limit[]
  readonly args: Args
  /** Of an `ok: true` answer, without the pipeline's own `warning` and `response_metadata`. */
  readonly response: Response
  /** The codes that `handle` may return, beside the pipeline's own. */
  readonly errors: readonly Code[]
  /** Declared codes that no call can provoke by itself, each with the reason. */
  readonly unreachable?: Readonly<Partial<Record<Code | PipelineError, string>>>
  readonly examples: readonly Example[]
  /** `NoInfer` keeps the compiler from widening the declared answer to whatever the handler returns. */
  handle(call: HandlerCall<ArgsOf<Args>>): Promise<NoInfer<TypeOf<Response>> | Refusal<NoInfer<Code> | PipelineError>>
}

/** What a handler is given. The call has passed token, team, limits, scopes and arguments. */
export interface HandlerCall<Args> {
  /** Of a method that needs no token, `grant`, `team` and `caller` are not there and must not be read. */
  readonly grant: Grant
  readonly team: Team
  /** The person whom the token acts as. */
  readonly caller: User
  readonly args: Args
  /** Every argument as it came, for the one method that repeats them. */
  readonly rawArgs: RawArgs
  /** `GET`, `POST`, … */
  readonly verb: string
  /** The address of the caller. */
  readonly ip: string
  readonly store: Store
  /** A ticket for one WebSocket, in the name of this call; `undefined` while too many are out, and where this server opens
   * none. */
  issueTicket(kind: SocketPass['kind']): Promise<string | undefined>
  /** Unix milliseconds; the same for the whole call. */
  readonly now: number
  /** Draws the secret part of a link. */
  newSecret(): string
  /** Where this server is reached, without a slash at the end. */
  readonly publicUrl: string
  /** Adds lines to `response_metadata.messages`, without their `[WARN] ` mark. */
  warn(notices: readonly string[]): void
  /** Keeps warnings and messages out of the answer, for clients whose schema forbids unknown keys. */
  answerBare(): void
}

/** A request and its answer: tests run it against the demo team, the reference prints it. */
export interface Example {
  readonly title: string
  /** The token, as the demo team spells it. */
  readonly token?: string
  readonly args: Readonly<Record<string, unknown>>
  /** Keys that the answer must have, with these values. */
  readonly answer: Readonly<Record<string, unknown>>
}

export function defineMethod<
  Args extends Readonly<Record<string, Arg>>,
  Response extends Schema,
  Code extends ErrorCode,
  Name extends string,
>(method: Method<Args, Response, Code, Name>): Method<Args, Response, Code, Name> {
  return method
}
