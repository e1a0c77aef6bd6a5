import { systemClock } from '../clock.ts'
import { type RunningServer, type ServerOptions, startServer } from '../server.ts'
import type { Store } from '../storage/store.ts'
import { CannotStart } from './cannot-start.ts'
import { answerControlRequests } from './control-requests.ts'
import { controlSocketPath, openControlSocket } from './control-socket.ts'
import { listenForStop, type StopSignal } from './stop-signal.ts'
import type { Terminal } from './terminal.ts'

/** How long the end may take; what hangs then is cut off. */
const STOP_MS_MAX = 9_500

/** Things to close, the last opened first. */
export class Opened {
  readonly #closers: (() => Promise<void>)[] = []

  add<T extends { close(): Promise<void> }>(thing: T): T {
    this.#closers.push(() => thing.close())
    return thing
  }

  async closeAll(): Promise<void> {
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) await close()
  }
}

/** Starts something, waits until it is asked to stop, and closes what was opened, also when the start fails. */
export async function runUntilStopped(start: (opened: Opened) => Promise<void>): Promise<number> {
  const opened = new Opened()
  const stop: StopSignal = listenForStop()
  try {
    await start(opened)
    await stop.asked
  } finally {
    const cut = setTimeout(() => process.exit(1), STOP_MS_MAX)
    await opened.closeAll()
    clearTimeout(cut)
    stop.forget()
  }
  return 0
}

/** Opens the port, or says in a sentence why it cannot. */
export async function openServer(options: ServerOptions): Promise<RunningServer> {
  try {
    return await startServer(options)
  } catch (error) {
    throw sentenceFor(error as NodeJS.ErrnoException, options)
  }
}

function sentenceFor(error: NodeJS.ErrnoException, { host, port }: ServerOptions): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new CannotStart(
        `Port ${port} on ${host} is taken. Choose another with --port, or let --port 0 take a free one.`,
      )
    case 'EACCES':
      return new CannotStart(
        `This user may not open port ${port}. Choose one above 1023 with --port, or let --port 0 take a free one.`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new CannotStart(`This machine has no address ${host} to listen on; see --host.`)
    default:
      return error
  }
}

/** Lets `nametag token …` and `nametag settings …` reach this server while it holds the folder. */
export async function openControl(
  folder: string,
  store: Store,
  terminal: Terminal,
): Promise<{ close(): Promise<void> }> {
  const path = controlSocketPath(folder)
  if (path !== undefined) return openControlSocket(path, answerControlRequests({ store, clock: systemClock }))
  terminal.error(
    'The path of the data folder is too long for a socket: "nametag token" and "nametag settings" work only while this server is stopped.\n',
  )
  return { close: async () => undefined }
}
