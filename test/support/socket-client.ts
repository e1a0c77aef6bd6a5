import assert from 'node:assert/strict'
import { type ClientOptions, WebSocket } from 'ws'
import { until, within } from './process.ts'
import type { Cleanup } from './server.ts'

const DEADLINE_MS = 60_000

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
export type Message = any

/** A WebSocket that remembers what it was told. */
export interface SocketClient {
  readonly socket: WebSocket
  readonly messages: Message[]
  /** The next message that nobody has asked for yet, of the type where one is given. */
  next(type?: string): Promise<Message>
  send(message: object | string): void
  /** The code and the reason with which the connection ended. */
  readonly closed: Promise<readonly [number, string]>
  pings: number
}

/** Connects and waits for nothing. It ends with the test at the latest. */
export function connectSocket(t: Cleanup, url: string, options: ClientOptions = {}): SocketClient {
  const socket = new WebSocket(url, options)
  const messages: Message[] = []
  const unread: Message[] = []
  const client: SocketClient = {
    socket,
    messages,
    pings: 0,
    async next(type) {
      const found = () => {
        const at = unread.findIndex((message) => type === undefined || message.type === type)
        return at < 0 ? undefined : { message: unread.splice(at, 1)[0] }
      }
      const said = () => `No ${type ?? 'message'} came, only ${JSON.stringify(messages).slice(0, 500)}.`
      return (await within(DEADLINE_MS, until(found), said)).message
    },
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    closed: new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve([code, String(reason)]))
    }),
  }
  socket.on('message', (data) => {
    const message = JSON.parse(String(data))
    messages.push(message)
    unread.push(message)
  })
  socket.on('ping', () => {
    client.pings += 1
  })
  // A refused connection is judged by `closed` or `refusalOf`.
  socket.on('error', () => undefined)
  t.after(() => socket.terminate())
  return client
}

/** The HTTP status with which the server turns the connection away. */
export function refusalOf(url: string, options: ClientOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options)
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on('open', () => {
      socket.terminate()
      reject(new assert.AssertionError({ message: 'the connection was let in' }))
    })
    socket.on('error', () => undefined)
  })
}

/** Waits for a promise, and not for ever. */
export function soon<Value>(promise: Promise<Value>, about: string): Promise<Value> {
  return within(DEADLINE_MS, promise, () => `${about} did not happen`)
}

/** Looks until the condition holds, and not for ever. */
export function eventually(holds: () => boolean | Promise<boolean>, about: string): Promise<unknown> {
  return soon(
    until(async () => ((await holds()) ? true : undefined)),
    about,
  )
}
