import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { send } from '../../test/support/send.ts'
import { assertSlackForm } from '../../test/support/slack-form.ts'
import { createApiHandler } from './api.ts'

test('whoever comes while the server stops is told to come back, and to go elsewhere', async (t) => {
  const codes: string[] = []
  const answerCall = () => assert.fail('no call is begun')
  const server = createServer(
    createApiHandler(
      answerCall,
      () => true,
      (code) => codes.push(code),
    ),
  )
  t.after(() => server.close())
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  for (const method of ['POST', 'GET', 'OPTIONS']) {
    const answer = await send(`http://127.0.0.1:${port}/api/users.profile.set`, { method })
    assertSlackForm(answer, method)
    assert.deepEqual([answer.status, answer.json.error], [503, 'service_unavailable'])
    assert.equal(answer.headers['retry-after'], '1')
    assert.equal(answer.headers.connection, 'close')
  }
  assert.deepEqual(codes, ['service_unavailable', 'service_unavailable', 'service_unavailable'])
})
