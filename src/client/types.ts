import type { ERRORS } from '../domain/errors.ts'
import type { METHODS } from '../methods/index.ts'
import type { profileSchema, teamProfileSchema, userSchema } from '../methods/schemas.ts'
import type { Arg } from '../web-api/arguments.ts'
import type { Method } from '../web-api/method.ts'
import type { ONLY_BY_FAULT, PipelineError } from '../web-api/pipeline-errors.ts'
import type { TypeOf } from '../web-api/schema.ts'

/** What the declarations of the methods say, as a caller sees it. Only types: the client has no part of the server in it. */
export type Declared = (typeof METHODS)[number]
export type MethodName = Declared['name']

type DeclarationOf<Name extends MethodName> = Extract<Declared, { readonly name: Name }>

/** The methods by the parts of their names: `api.users.profile.set`. */
export type Api = Tree<MethodName>

type Tree<Names extends string, Prefix extends string = ''> = {
  readonly [Head in HeadOf<Names>]: Leaf<`${Prefix}${Head}`> & Branch<RestOf<Names, Head>, `${Prefix}${Head}.`>
}
type HeadOf<Name extends string> = Name extends `${infer Head}.${string}` ? Head : Name
type RestOf<Name extends string, Head extends string> = Name extends `${Head}.${infer Rest}` ? Rest : never
type Leaf<Name extends string> = Name extends MethodName ? ApiMethod<Name> : unknown
type Branch<Names extends string, Prefix extends string> = [Names] extends [never] ? unknown : Tree<Names, Prefix>

export type ApiMethod<Name extends MethodName> = (
  ...sent: RequiredOf<ArgsDeclared<Name>> extends never
    ? [args?: ArgsFor<Name>, options?: CallOptions]
    : [args: ArgsFor<Name>, options?: CallOptions]
) => Promise<AnswerOf<Name>>

export interface CallOptions {
  /** In place of the client's own. */
  readonly token?: string
  /** Ends the call, also while it waits to be sent again. */
  readonly signal?: AbortSignal
}

type ArgsDeclared<Name extends MethodName> = DeclarationOf<Name>['args']
type RequiredOf<Args> = { [Key in keyof Args]: Args[Key] extends Arg<unknown, true, unknown> ? Key : never }[keyof Args]
type InputOf<Argument> = Argument extends Arg<unknown, boolean, infer Input> ? Input : never

/** What a method takes. `undefined` and `null` are not sent. */
export type ArgsFor<Name extends MethodName> = {
  readonly [Key in RequiredOf<ArgsDeclared<Name>>]: InputOf<ArgsDeclared<Name>[Key]>
} & {
  readonly [Key in Exclude<keyof ArgsDeclared<Name>, RequiredOf<ArgsDeclared<Name>>>]?:
    | InputOf<ArgsDeclared<Name>[Key]>
    | null
    | undefined
}

/** What a method answers. `ok` tells the two apart. */
export type AnswerOf<Name extends MethodName> = Success<Name> | Failure<ErrorOf<Name>>

export type Success<Name extends MethodName> = { readonly ok: true } & Today<TypeOf<DeclarationOf<Name>['response']>> &
  Remarks

/** Slack's error answer. Which keys stand beside `error` depends on the code. */
export interface Failure<Code extends string = AnyError> extends Remarks {
  readonly ok: false
  readonly error: Code
  /** With `missing_scope`. */
  readonly needed?: string
  readonly provided?: string
  /** With `too_long`, and `field` with `profile_set_failed`. */
  readonly limit?: number
  readonly field?: string
  /** Put there by the client, where the server said how many seconds to wait and the client has not, or not long enough. */
  readonly retryAfterSeconds?: number
}

interface Remarks {
  readonly warning?: string
  /** Sentences for people: what was ignored, which value was wrong. */
  readonly response_metadata?: { readonly messages?: readonly string[]; readonly warnings?: readonly string[] }
}

/** Codes that a method may answer: its own and those of every call. Slack may have others that this release does not know. */
export type ErrorOf<Name extends MethodName> =
  | CodesDeclared<DeclarationOf<Name>>
  | PipelineError
  | keyof typeof ONLY_BY_FAULT
  | 'unknown_method'
export type AnyError = keyof typeof ERRORS

type CodesDeclared<Declaration> =
  Declaration extends Method<infer _Args, infer _Response, infer Code, infer _Name> ? Code : never

/** Older forms of an answer are for apps that ask for them (docs/decisions/0035, 0036). A client is written for today's. */
type Today<Response> =
  Extract<Response, { readonly profile: Profile }> extends never
    ? Response
    : Extract<Response, { readonly profile: Profile }>

/** Things that answers are made of. */
export type Profile = TypeOf<typeof profileSchema>
export type User = TypeOf<typeof userSchema>
export type TeamProfile = TypeOf<typeof teamProfileSchema>
