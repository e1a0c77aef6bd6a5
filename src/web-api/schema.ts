/** JSON Schema as data, with the TypeScript type it describes. Only what the declarations need: the schema goes into
 * OpenAPI as it stands, and the type keeps handlers to it. A library for this costs more at start than the server does. */
export interface Schema<Type = unknown> {
  readonly json: Readonly<Record<string, unknown>>
  /** Never set: it carries the type. */
  readonly type?: Type
}

export type TypeOf<S> = S extends Schema<infer Type> ? Type : never

type Extra = Readonly<Record<string, unknown>>

export const schema = {
  string: (extra: Extra = {}): Schema<string> => ({ json: { type: 'string', ...extra } }),
  integer: (extra: Extra = {}): Schema<number> => ({ json: { type: 'integer', ...extra } }),
  any: (): Schema<unknown> => ({ json: {} }),
  boolean: (extra: Extra = {}): Schema<boolean> => ({ json: { type: 'boolean', ...extra } }),
  /** Always `true`: the `ok` of an answer that is no error. */
  true: (): Schema<true> => ({ json: { type: 'boolean', enum: [true] } }),
  nullable: <T>(of: Schema<T>): Schema<T | null> => ({ json: { anyOf: [of.json, { type: 'null' }] } }),
  array: <T>(of: Schema<T>, extra: Extra = {}): Schema<readonly T[]> => ({
    json: { type: 'array', items: of.json, ...extra },
  }),
  /** An object whose keys are not known beforehand. */
  record: <T>(of: Schema<T>, extra: Extra = {}): Schema<Readonly<Record<string, T>>> => ({
    json: { type: 'object', additionalProperties: of.json, ...extra },
  }),
  either: <A, B>(a: Schema<A>, b: Schema<B>): Schema<A | B> => ({ json: { anyOf: [a.json, b.json] } }),
  object: <R extends Shape, O extends Shape = Record<never, never>>(
    required: R,
    optional?: O,
    extra: Extra = {},
  ): Schema<ObjectOf<R, O>> => ({
    json: {
      type: 'object',
      properties: jsonOf({ ...required, ...optional }),
      required: Object.keys(required),
      additionalProperties: false,
      ...extra,
    },
  }),
}

type Shape = Readonly<Record<string, Schema>>
type ObjectOf<R extends Shape, O extends Shape> = {
  readonly [K in keyof R]: TypeOf<R[K]>
} & { readonly [K in keyof O]?: TypeOf<O[K]> }

function jsonOf(shape: Shape): Record<string, unknown> {
  return Object.fromEntries(Object.entries(shape).map(([key, of]) => [key, of.json]))
}
