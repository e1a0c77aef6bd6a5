import type { Answer, Call } from '../web-api/call.ts'

/** The Web API as the tools see it: the same whether it is in this process or at the end of a wire. */
export type Api = (method: string, args: object) => Promise<ApiAnswer>

/** An answer in Slack's form. */
export interface ApiAnswer {
  readonly ok: boolean
  readonly error?: string
  readonly response_metadata?: { readonly messages?: readonly string[] }
  /** Whole seconds, where the server asks to wait. */
  readonly retryAfterSeconds?: number
  readonly [key: string]: unknown
}

/** Who calls, as far as a request over HTTP tells. */
export interface Origin {
  readonly headers: Call['headers']
  readonly ip: string
}

/** What says who the caller is; nothing else of a request reaches the Web API. */
const CALLER_HEADERS = ['authorization', 'token', 'x-slack-user'] as const

/** Goes through the whole pipeline, as if the caller had called the method: token, limits, scopes, arguments. */
export function apiFor(dispatch: (call: Call) => Promise<Answer>, { headers, ip }: Origin): Api {
  const caller = Object.fromEntries(CALLER_HEADERS.map((name) => [name, headers[name]]))
  return async (method, args) => {
    const answer = await dispatch({
      method: 'POST',
      path: `/api/${method}`,
      query: '',
      headers: { ...caller, 'content-type': 'application/json; charset=utf-8' },
      body: Buffer.from(JSON.stringify(args)),
      ip,
    })
    const wait = retryAfterOf(answer.headers)
    return { ...(JSON.parse(answer.body) as ApiAnswer), ...(wait === undefined ? {} : { retryAfterSeconds: wait }) }
  }
}

/** Headers are one flat list of names and values. */
function retryAfterOf(headers: readonly string[]): number | undefined {
  const at = headers.indexOf('retry-after')
  return at < 0 || at % 2 === 1 ? undefined : Number(headers[at + 1])
}
