import { WebSocket } from 'ws'
import { SOCKET_TOKEN } from '../served-nodes.ts'
import type { Balancer } from './balancer.ts'
import { type Event, eventOf } from './event.ts'

export interface SocketListener {
  readonly arrived: readonly Event[]
  /** How often it had to connect. */
  connections(): number
  stop(): Promise<void>
}

const WAIT_MS = 200
const TIMEOUT_MS = 3000
/** The server pings every ten seconds; one that has stopped says nothing, not even goodbye. */
const SILENCE_MS = 25_000

/** An app in Socket Mode, which takes everything and connects anew whenever it has to. */
export function startSocketListener(balancer: Balancer): SocketListener {
  const arrived: Event[] = []
  let connections = 0
  let isRunning = true
  let socket: WebSocket | undefined

  const listen = async () => {
    while (isRunning) {
      const url = await openUrl(balancer.next().node.api)
      if (url !== undefined) {
        connections += 1
        socket = new WebSocket(url, { handshakeTimeout: TIMEOUT_MS })
        await listenOn(socket, arrived)
      }
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
    }
  }
  const listening = listen()
  return {
    arrived,
    connections: () => connections,
    stop: async () => {
      isRunning = false
      socket?.terminate()
      await listening
    },
  }
}

async function openUrl(api: string): Promise<string | undefined> {
  try {
    const headers = { authorization: `Bearer ${SOCKET_TOKEN}` }
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const answer = await fetch(`${api}apps.connections.open`, { method: 'POST', headers, signal })
    return ((await answer.json()) as { readonly url?: string }).url
  } catch {
    return undefined
  }
}

/** Resolves when the connection has ended. */
function listenOn(socket: WebSocket, arrived: Event[]): Promise<void> {
  return new Promise((resolve) => {
    let silence = setTimeout(() => socket.terminate(), SILENCE_MS)
    const heard = () => {
      clearTimeout(silence)
      silence = setTimeout(() => socket.terminate(), SILENCE_MS)
    }
    socket.on('ping', heard)
    socket.on('message', (data) => {
      heard()
      const message = JSON.parse(String(data))
      if (message.type === 'disconnect') socket.close()
      if (message.envelope_id === undefined) return
      arrived.push(eventOf(message.payload))
      socket.send(JSON.stringify({ envelope_id: message.envelope_id }))
    })
    // What was wrong is told by the end that follows.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(silence)
      resolve()
    })
  })
}
