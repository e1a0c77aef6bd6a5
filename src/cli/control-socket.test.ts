import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../test/support/server.ts'
import { type AnswerControl, askServer, controlSocketPath, openControlSocket } from './control-socket.ts'

async function open(t: TestContext, answer: AnswerControl): Promise<string> {
  const path = join(temporaryFolder(t), 'nametag.sock')
  const socket = await openControlSocket(path, answer)
  t.after(() => socket.close())
  return path
}

const echo: AnswerControl = async (request) => ({ ok: true, result: request })

test('a question reaches the server and its answer comes back', async (t) => {
  const path = await open(t, echo)
  assert.deepEqual(await askServer(path, { a: 'ü\n' }), { ok: true, result: { a: 'ü\n' } })
})

test('where no server runs there is no answer', async (t) => {
  const folder = temporaryFolder(t)
  assert.equal(await askServer(join(folder, 'nametag.sock'), {}), undefined)
})

test('the socket of a dead server is replaced', async (t) => {
  const path = join(temporaryFolder(t), 'nametag.sock')
  writeFileSync(path, '')
  const socket = await openControlSocket(path, echo)
  t.after(() => socket.close())
  assert.deepEqual(await askServer(path, 1), { ok: true, result: 1 })
})

test('only the owner may open the socket', async (t) => {
  const path = await open(t, echo)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('what fails inside is answered and the next question is taken', async (t) => {
  const path = await open(t, async (request) => {
    if (request === 'fail') throw new Error('It failed.')
    return echo(request)
  })
  assert.deepEqual(await askServer(path, 'fail'), { ok: false, error: 'It failed.' })
  assert.deepEqual(await askServer(path, 'work'), { ok: true, result: 'work' })
})

test('several lines in any pieces are answered in their order', async (t) => {
  const path = await open(t, echo)
  const [first, second, third] = await talk(path, ['1\n"t', 'wo"\n', 'no json\n'])
  assert.deepEqual(JSON.parse(first ?? ''), { ok: true, result: 1 })
  assert.deepEqual(JSON.parse(second ?? ''), { ok: true, result: 'two' })
  assert.deepEqual(JSON.parse(third ?? ''), { ok: false, error: 'The request is not JSON.' })
})

test('a line without an end is refused before it fills the memory', async (t) => {
  const path = await open(t, echo)
  const [answer] = await talk(path, ['x'.repeat(70_000)])
  assert.deepEqual(JSON.parse(answer ?? ''), { ok: false, error: 'The request is too long.' })
})

test('a folder too deep for a socket has no path, unless it is near', (t) => {
  const deep = join(temporaryFolder(t), 'x'.repeat(90))
  mkdirSync(deep)
  assert.equal(controlSocketPath(deep), undefined)
  const back = process.cwd()
  t.after(() => process.chdir(back))
  process.chdir(deep)
  assert.equal(controlSocketPath('.'), 'nametag.sock')
})

/** Sends the pieces one after the other and gives back the lines of the answer. */
async function talk(path: string, pieces: readonly string[]): Promise<string[]> {
  const socket = createConnection(path)
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
    if (text.split('\n').length > pieces.length || text.includes('too long')) socket.end()
  })
  for (const piece of pieces) await new Promise((sent) => socket.write(piece, sent))
  await once(socket, 'close')
  return text.split('\n')
}
