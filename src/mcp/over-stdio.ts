import type { Readable, Writable } from 'node:stream'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createMcpServer, type Offer } from './server.ts'
import type { Around } from './tool.ts'

export { makeOffer } from './server.ts'

/** A line longer than this ends the conversation, as what comes after it could not be told apart. */
const LINE_BYTES_MAX = 1024 * 1024

export interface Stdio {
  readonly input: Readable
  readonly output: Writable
  /** Told in words; the conversation goes on where it can. */
  complain(sentence: string): void
  /** Ends the conversation from this side. */
  readonly stop: Promise<void>
}

/** Speaks with one agent, one line a message, until it hangs up. What it has asked by then is still answered. */
export async function serveStdio(offer: Offer, around: Around, { input, output, complain, stop }: Stdio) {
  const running = new Set<Promise<unknown>>()
  const api: Around['api'] = (method, args) => {
    const answer = around.api(method, args)
    running.add(answer)
    return answer.finally(() => running.delete(answer))
  }
  const server = createMcpServer(offer, { ...around, api })
  server.onerror = (error) => complain(error instanceof SyntaxError ? 'a line was not JSON' : firstLine(error))
  const closed = new Promise<void>((settle) => {
    server.onclose = settle
  })
  const hungUp = new Promise<void>((settle) => {
    input.once('end', settle)
    input.once('close', settle)
    output.once('error', () => settle())
  })
  await server.connect(new StdioServerTransport(input, output, { maxBufferSize: LINE_BYTES_MAX }))
  await Promise.race([closed, hungUp, stop])
  await Promise.allSettled(running)
  // The answers are written in the turns that follow.
  await new Promise((settle) => setImmediate(settle))
  await server.close()
}

function firstLine({ message }: Error): string {
  return (message.startsWith('[') ? 'a line was no message of JSON-RPC' : message).split('\n', 1)[0] ?? ''
}
