import { unlink } from 'node:fs/promises'
import { createConnection, createServer, type Socket } from 'node:net'
import { join, relative, resolve } from 'node:path'
import type { Store } from '../storage/store.ts'

/** What the owner of a data folder says to the server that runs on it, and hears from it: one line of JSON each. */
export type ControlAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: string }
/** What an answer is made from. */
export interface ControlParts {
  readonly store: Store
  readonly clock: { now(): number }
}

export type AnswerControl = (request: unknown) => Promise<ControlAnswer>

export interface ControlSocket {
  close(): Promise<void>
}

const REQUEST_LENGTH_MAX = 64 * 1024
/** A list of tokens may be long. */
const ANSWER_LENGTH_MAX = 256 * 1024 * 1024
const CONNECTIONS_MAX = 16
const IDLE_MS = 30_000
/** What the operating systems grant the path of a socket, the shortest of them. */
const PATH_BYTES_MAX = 103

/** Where the socket of a data folder is reached from here, or nothing where its path is too long for any socket. */
export function controlSocketPath(folder: string): string | undefined {
  const path = resolve(join(folder, 'nametag.sock'))
  return [path, relative('', path)].find((candidate) => Buffer.byteLength(candidate) <= PATH_BYTES_MAX)
}

/** The caller holds the folder's lock, so whatever socket lies there is a dead server's. */
export async function openControlSocket(path: string, answer: AnswerControl): Promise<ControlSocket> {
  await unlink(path).catch(() => undefined)
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    serve(socket, answer)
  })
  server.maxConnections = CONNECTIONS_MAX
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    // The socket is made within `listen`, so nobody but the owner can open it even for a moment.
    const umask = process.umask(0o177)
    try {
      server.listen(path, listening)
    } finally {
      process.umask(umask)
    }
  })
  return {
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()))
      for (const socket of open) socket.destroySoon()
      await closed
    },
  }
}

function serve(socket: Socket, answer: AnswerControl): void {
  let work = Promise.resolve()
  const send = (told: ControlAnswer) => {
    if (socket.writable) socket.write(`${JSON.stringify(told)}\n`)
  }
  socket.setTimeout(IDLE_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  readLines(socket, REQUEST_LENGTH_MAX, {
    line(text) {
      work = work.then(async () => send(await answerLine(text, answer)))
    },
    tooLong() {
      send({ ok: false, error: 'The request is too long.' })
      socket.end()
    },
  })
}

async function answerLine(text: string, answer: AnswerControl): Promise<ControlAnswer> {
  try {
    return await answer(JSON.parse(text))
  } catch (error) {
    return { ok: false, error: error instanceof SyntaxError ? 'The request is not JSON.' : sentenceOf(error) }
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Asks the running server. Nothing where none runs. */
export async function askServer(path: string, request: unknown): Promise<ControlAnswer | undefined> {
  return new Promise((answered, failed) => {
    const socket = createConnection(path)
    socket.setTimeout(IDLE_MS, () => socket.destroy(new Error('The server does not answer.')))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') answered(undefined)
      else failed(error)
    })
    socket.on('close', () => failed(new Error('The server ended the conversation.')))
    readLines(socket, ANSWER_LENGTH_MAX, {
      line(text) {
        answered(JSON.parse(text))
        socket.end()
      },
      tooLong: () => socket.destroy(new Error('The answer is too long.')),
    })
    socket.write(`${JSON.stringify(request)}\n`)
  })
}

interface Reader {
  line(text: string): void
  tooLong(): void
}

function readLines(socket: Socket, lengthMax: number, reader: Reader): void {
  let parts: string[] = []
  let length = 0
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    let rest = chunk
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = parts.join('') + rest.slice(0, end)
      rest = rest.slice(end + 1)
      parts = []
      length = 0
      if (line.length > lengthMax) return reader.tooLong()
      if (line.trim() !== '') reader.line(line)
    }
    length += rest.length
    parts.push(rest)
    if (length > lengthMax) {
      parts = []
      socket.removeAllListeners('data')
      reader.tooLong()
    }
  })
}
