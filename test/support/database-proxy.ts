import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net'

/** Stands where a virtual IP or a load balancer stands: clients keep one address, and it leads to whichever server is
 * the primary now. It can also do to connections what a network does. */
export interface DatabaseProxy {
  readonly port: number
  /** Where new connections lead; `undefined`: nowhere, they are closed at once. */
  lead(target: NetConnectOpts | undefined): void
  /** Breaks all connections. */
  cut(): void
  /** From now on, nothing passes on any connection, new ones too, and nobody is told. `resume` lets new ones pass. */
  silence(): void
  resume(): void
  /** Breaks the next connection that commits a transaction in which `said` was said: before its `commit` reaches the
   * server, or when the server has answered it and the client has not heard. Resolves when that has been done. */
  breakNextCommit(when: 'before' | 'after', said?: string): Promise<void>
  close(): Promise<void>
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
  isSilent: boolean
  /** By the client since its last commit, while there is a trap. */
  said: Buffer
  /** What the server says of a commit is kept from the client, and then told to whoever set the trap. */
  onCommitted: (() => void) | undefined
}

/** A query message that holds nothing else: its length, the word, and the end of the text. */
const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0')
/** What a server answers to it. */
const COMMITTED = Buffer.from('C\0\0\0\x0bCOMMIT\0')

export async function startProxy(): Promise<DatabaseProxy> {
  const pairs = new Set<Pair>()
  let target: NetConnectOpts | undefined
  let isSilent = false
  let trap: { readonly when: 'before' | 'after'; readonly said: string; readonly sprung: () => void } | undefined

  const accept = (client: Socket) => {
    if (target === undefined) return void client.resetAndDestroy()
    const pair: Pair = { client, server: connect(target), isSilent, said: Buffer.alloc(0), onCommitted: undefined }
    pairs.add(pair)
    for (const [one, other] of [
      [client, pair.server],
      [pair.server, client],
    ] as const) {
      one.on('error', () => {})
      one.on('close', () => {
        pairs.delete(pair)
        if (!pair.isSilent) other.destroy()
      })
    }
    client.on('data', (bytes) => passUp(pair, bytes))
    pair.server.on('data', (bytes) => passDown(pair, bytes))
  }

  const passUp = (pair: Pair, bytes: Buffer) => {
    if (pair.isSilent) return
    pair.said = trap === undefined ? bytes : Buffer.concat([pair.said, bytes])
    const isCommit = pair.said.includes(COMMIT)
    if (trap !== undefined && isCommit && pair.said.includes(trap.said)) {
      const { when, sprung } = trap
      trap = undefined
      if (when === 'before') {
        breakPair(pair)
        sprung()
        return
      }
      pair.onCommitted = sprung
    }
    if (isCommit) pair.said = Buffer.alloc(0)
    pair.server.write(bytes)
  }

  const passDown = (pair: Pair, bytes: Buffer) => {
    if (pair.isSilent) return
    if (pair.onCommitted === undefined) return void pair.client.write(bytes)
    if (!bytes.includes(COMMITTED)) return
    breakPair(pair)
    pair.onCommitted()
  }

  const server = createServer(accept)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    lead: (next) => {
      target = next
    },
    cut: () => {
      for (const pair of pairs) breakPair(pair)
    },
    silence: () => {
      isSilent = true
      for (const pair of pairs) pair.isSilent = true
    },
    resume: () => {
      isSilent = false
    },
    breakNextCommit: (when, said = '') =>
      new Promise((resolve) => {
        trap = { when, said, sprung: resolve }
      }),
    close: async () => {
      for (const pair of pairs) breakPair(pair)
      server.close()
      await once(server, 'close')
    },
  }
}

function breakPair({ client, server }: Pair): void {
  client.resetAndDestroy()
  server.destroy()
}
