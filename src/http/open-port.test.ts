import assert from 'node:assert/strict'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { openPort } from './open-port.ts'

const addressOf = (server: Server) => (server.address() as AddressInfo).address
const portOf = (server: Server) => (server.address() as AddressInfo).port

async function open(t: TestContext, host: string, port = 0): Promise<readonly [Server, ...Server[]]> {
  const servers = await openPort(createServer, { host, port })
  t.after(() => {
    for (const server of servers) server.close()
  })
  return servers
}

test('localhost is open at every address it has here, on one port', async (t) => {
  const servers = await open(t, 'localhost')
  const named = new Set((await lookup('localhost', { all: true })).map(({ address }) => address))
  const usable: string[] = []
  for (const address of named) if (await isUsable(address)) usable.push(address)
  assert.deepEqual(servers.map(addressOf).toSorted(), usable.toSorted())
  assert.deepEqual(new Set(servers.map(portOf)).size, 1)
})

/** A name may have an address of a kind that the machine has turned off. */
async function isUsable(address: string): Promise<boolean> {
  const server = createServer().listen(0, address)
  try {
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

test('another name or address is open where it says and nowhere else', async (t) => {
  const servers = await open(t, '127.0.0.1')
  assert.deepEqual(servers.map(addressOf), ['127.0.0.1'])
})

test('a port that is taken is refused', async (t) => {
  const [first] = await open(t, '127.0.0.1')
  await assert.rejects(openPort(createServer, { host: '127.0.0.1', port: portOf(first) }), { code: 'EADDRINUSE' })
})
