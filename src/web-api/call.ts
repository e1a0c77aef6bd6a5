/** One HTTP request, without the network: what `dispatch` takes, so that tests and other doors can call it. */
export interface Call {
  /** `GET`, `POST`, … */
  readonly method: string
  /** Without the query: `/api/users.profile.set`. */
  readonly path: string
  /** Without the `?`. */
  readonly query: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer
  /** The address of the caller. */
  readonly ip: string
}

/** What goes back: headers as one flat list of names and values, the body as JSON text. */
export interface Answer {
  readonly status: number
  readonly headers: string[]
  readonly body: string
}

/** Arguments as they came, by name: text from a form or query, any JSON value from a JSON body. */
export type RawArgs = ReadonlyMap<string, unknown>

export function headerOf(call: Pick<Call, 'headers'>, name: string): string | undefined {
  const value = call.headers[name]
  return typeof value === 'string' ? value : value?.[0]
}
