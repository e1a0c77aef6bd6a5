import { createCaller } from '../client/call.ts'
import { CallFailed } from '../client/call-failed.ts'
import type { Api, ApiAnswer } from '../mcp/api.ts'
import { makeOffer, serveStdio } from '../mcp/over-stdio.ts'
import { methodsByName } from '../methods/index.ts'
import { VERSION } from '../version.ts'
import type { Mcp } from './client-command.ts'
import { listenForStop } from './stop-signal.ts'
import type { Terminal } from './terminal.ts'
import { readToken } from './token-store.ts'

/** `nametag mcp`: the tools of /mcp for one agent on this machine. Stdout belongs to the protocol alone. */
export async function mcp({ apiUrl, token }: Mcp, terminal: Terminal): Promise<number> {
  const api = apiAt(apiUrl, readToken(token))
  const stop = listenForStop()
  await serveStdio(
    makeOffer(methodsByName, VERSION),
    { api, now: Date.now },
    {
      input: process.stdin,
      output: process.stdout,
      complain: (sentence) => terminal.error(`nametag mcp: ${sentence}\n`),
      stop: stop.asked,
    },
  )
  stop.forget()
  return 0
}

/** Calls are not repeated here: an agent that is told to wait can do something else meanwhile. */
function apiAt(apiUrl: string, token: string): Api {
  const call = createCaller({ apiUrl, token, retries: 0 })
  return async (method, args) => {
    try {
      return (await call(method, args, undefined)) as ApiAnswer
    } catch (error) {
      if (error instanceof CallFailed) return unanswered(error, apiUrl)
      throw error
    }
  }
}

function unanswered({ message, reason }: CallFailed, apiUrl: string): ApiAnswer {
  const advice =
    reason === 'unreachable'
      ? `Ask the person whether the server runs at ${apiUrl}.`
      : 'Whether the call was carried out is not known: read before you send it again.'
  return { ok: false, error: 'no_answer', response_metadata: { messages: [`[ERROR] ${message}`, `[ERROR] ${advice}`] } }
}
