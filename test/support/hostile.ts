import assert from 'node:assert/strict'
import { after, afterEach, before } from 'node:test'
import { send } from './send.ts'
import { startTestServer, type TestServer } from './server.ts'

/** One server for all tests of a file. After each, it still answers, it has written nothing, and it knows of no fault of
 * its own. Gives the server once it runs. */
export function withHostileCallers(): () => TestServer {
  const stops: (() => unknown)[] = []
  let server: TestServer

  before(async () => {
    server = await startTestServer({ after: (stop) => stops.push(stop) })
  })
  after(async () => {
    for (const stop of stops) await stop()
  })
  afterEach(async () => {
    const { json } = await send(`${server.api}auth.test`, { headers: { authorization: 'Bearer xoxp-ada' } })
    assert.equal(json.user, 'ada', 'the server goes on answering')
    assert.deepEqual(await server.events(), [], 'nothing was written')
    assert.deepEqual(server.problems, [], 'nothing was logged as a fault of the server')
    assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  })
  return () => server
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
