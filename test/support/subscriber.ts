import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Cleanup } from './server.ts'

/** One webhook as it arrived. */
export interface Arrived {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
  readonly json: any
  /** Whether the signature is the secret's, and no older than Slack allows. */
  readonly isSigned: boolean
}

export type Answering = (response: ServerResponse, arrived: Arrived) => void

export interface TestSubscriber {
  readonly url: string
  /** All but challenges, in the order of their arrival. */
  readonly arrived: readonly Arrived[]
  readonly challenges: readonly Arrived[]
  /** How it answers from now on; challenges are always answered. */
  answering: Answering
  /** Resolves when as many have arrived. */
  until(count: number): Promise<readonly Arrived[]>
  /** The types of the events that arrived. */
  types(): string[]
}

export const SECRET = 'signing-secret'
const WAIT_MS = 60_000

export const taking: Answering = (response) => response.writeHead(200).end()
export const answeringStatus =
  (status: number, headers: Readonly<Record<string, string>> = {}): Answering =>
  (response) =>
    response.writeHead(status, headers).end()
/** Takes the request and never answers. */
export const hanging: Answering = () => {}

/** Of the people that events tell of. */
export const titlesOf = ({ arrived }: TestSubscriber): string[] =>
  arrived.map(({ json }) => json.event.user.profile.title)

/** A real HTTP server that takes events, as an app's would. */
export async function startSubscriber(t: Cleanup, answering: Answering = taking): Promise<TestSubscriber> {
  const arrived: Arrived[] = []
  const challenges: Arrived[] = []
  const waiting = new Set<() => void>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const one = readArrived(request.url ?? '', request.headers, Buffer.concat(chunks).toString())
    if (one.json?.type === 'url_verification') {
      challenges.push(one)
      response.writeHead(200, { 'content-type': 'text/plain' }).end(one.json.challenge)
    } else {
      arrived.push(one)
      subscriber.answering(response, one)
    }
    for (const check of waiting) check()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const subscriber: TestSubscriber = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`,
    arrived,
    challenges,
    answering,
    until: (count) =>
      waitFor(
        waiting,
        () => arrived.length >= count,
        () => `${arrived.length} of ${count} arrived`,
      ).then(() => arrived),
    types: () => arrived.map(({ json }) => json.event?.type ?? json.type),
  }
  return subscriber
}

function readArrived(path: string, headers: IncomingHttpHeaders, text: string): Arrived {
  const timestamp = String(headers['x-slack-request-timestamp'])
  const signature = createHmac('sha256', SECRET).update(`v0:${timestamp}:${text}`).digest('hex')
  const isRecent = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300
  const isSigned = isRecent && headers['x-slack-signature'] === `v0=${signature}`
  return { path, headers, text, json: JSON.parse(text), isSigned }
}

/** Looks again whenever something arrives. */
function waitFor(waiting: Set<() => void>, isDone: () => boolean, tell: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(check)
      reject(new Error(`${tell()} within ${WAIT_MS} ms.`))
    }, WAIT_MS)
    const check = () => {
      if (!isDone()) return
      clearTimeout(timer)
      waiting.delete(check)
      resolve()
    }
    waiting.add(check)
    check()
  })
}
