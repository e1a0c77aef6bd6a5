import assert from 'node:assert/strict'
import { type Received, type Sent, send } from './send.ts'
import { type Cleanup, startTestServer, type TestServer } from './server.ts'

/** What the tests of the requests of clients share. */

export const FORM = 'application/x-www-form-urlencoded'
export const TRAIN = { status_text: 'riding a train', status_emoji: ':train:', status_expiration: 0 }

export async function start(
  t: Cleanup,
): Promise<{ server: TestServer; call(path: string, sent: Sent): Promise<Received> }> {
  const server = await startTestServer(t)
  return { server, call: (path, sent) => send(server.api + path, sent) }
}

export function assertStatusSet({ status, json }: Received, username = 'ada'): void {
  assert.equal(status, 200)
  assert.partialDeepStrictEqual(json, { ok: true, username, profile: TRAIN })
}

export function assertQuiet({ json }: Received): void {
  assert.equal(json.warning, undefined)
  assert.equal(json.response_metadata, undefined)
}
