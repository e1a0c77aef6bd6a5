export interface Options {
  /** Whose calls these are. A few methods, such as api.test, need none. */
  readonly token?: string
  /** Where the methods are. For Slack: `https://slack.com/api/`. */
  readonly apiUrl?: string
  /** The platform's own unless said. */
  readonly fetch?: Fetch
  /** How often a call is sent again that was answered 429 or 503. */
  readonly retries?: number
  /** The longest that one of these answers is waited after; one that asks for more is handed back at once. */
  readonly waitMsMax?: number
  /** Of one attempt. */
  readonly timeoutMs?: number
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>
  /** How the client waits; for tests, whose clocks can be moved. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>
}

/** As much of `fetch` as is used. */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchAnswer>

export interface FetchRequest {
  readonly method: 'POST'
  readonly headers: Record<string, string>
  readonly body: string
  readonly redirect: 'manual'
  readonly signal: AbortSignal
}

export interface FetchAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}

/** Where `nametag dev` listens. A client that is told nothing never reaches anything real. */
export const API_URL = 'http://127.0.0.1:4390/api/'
export const RETRIES = 3
export const WAIT_MS_MAX = 120_000
export const TIMEOUT_MS = 30_000
