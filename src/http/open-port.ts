import { lookup } from 'node:dns/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Place {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/** Opens one port: on `localhost` at both of its addresses, where the machine has two, as clients may try either. */
export async function openPort(create: () => Server, { host, port }: Place): Promise<readonly [Server, ...Server[]]> {
  const first = await open(create(), { host, port })
  if (host !== 'localhost') return [first]
  const taken = first.address() as AddressInfo
  const addresses = await lookup(host, { all: true })
  const others = addresses.filter(({ address }) => address !== taken.address)
  const opened = await Promise.allSettled(
    others.map(({ address }) => open(create(), { host: address, port: taken.port })),
  )
  return [first, ...opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))]
}

function open(server: Server, { host, port }: Place): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>()
  server.once('error', reject)
  server.listen({ host, port }, () => {
    server.off('error', reject)
    resolve(server)
  })
  return promise
}
