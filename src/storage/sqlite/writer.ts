import { Worker } from 'node:worker_threads'
import { OutcomeUnknown, StorageUnavailable } from '../store.ts'
import type { Heads, SavedWrite } from './saving.ts'
import { isConstraintViolation } from './transaction.ts'

/** What the thread is told to do. */
export type Task = { readonly writes: readonly SavedWrite[] } | 'checkpoint' | 'close'

/** How a task came out. */
export type Done = { readonly heads: Heads } | { readonly failure: Failure }

interface Failure {
  readonly kind: 'unavailable' | 'unknown' | 'constraint' | 'fault'
  readonly message: string
}

/** A row that the database refused on the thread. */
export class RowRefused extends Error {}

/** Works on the disk on a thread of its own, so that calls are read and answered meanwhile. The thread starts with its
 * first task, and does one after the other. */
export class Writer {
  readonly #path: string
  #thread: Worker | undefined
  #waiting: ((done: Done) => void)[] = []

  constructor(path: string) {
    this.#path = path
  }

  get isRunning(): boolean {
    return this.#thread !== undefined
  }

  /** Writes with one commit. Rejects like a transaction would. */
  async commit(writes: readonly SavedWrite[]): Promise<Heads> {
    const done = await this.#do({ writes })
    if ('heads' in done) return done.heads
    throw errorOf(done.failure)
  }

  /** Moves what the WAL holds into the database file. Resolves also where that failed: the WAL keeps what was not moved. */
  async checkpoint(): Promise<void> {
    await this.#do('checkpoint')
  }

  async close(): Promise<void> {
    if (this.#thread !== undefined) await this.#do('close')
  }

  #do(task: Task): Promise<Done> {
    this.#thread ??= this.#start()
    const thread = this.#thread
    thread.ref()
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      thread.postMessage(task)
    })
  }

  #start(): Worker {
    const thread = new Worker(THREAD, { workerData: this.#path })
    thread.on('message', (done: Done) => {
      if (this.#waiting.length === 1) thread.unref()
      this.#waiting.shift()?.(done)
    })
    thread.on('error', (error) => this.#end(`The writer has failed: ${error}`))
    thread.on('exit', () => this.#end('The writer has ended.'))
    return thread
  }

  /** What it was writing may stand in the file. */
  #end(message: string): void {
    this.#thread = undefined
    for (const resolve of this.#waiting.splice(0)) resolve({ failure: { kind: 'unknown', message } })
  }
}

/** An error as plain data: classes do not pass between threads. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof StorageUnavailable) return { kind: 'unavailable', message }
  if (error instanceof OutcomeUnknown) return { kind: 'unknown', message }
  return { kind: isConstraintViolation(error) ? 'constraint' : 'fault', message }
}

function errorOf({ kind, message }: Failure): Error {
  switch (kind) {
    case 'unavailable':
      return new StorageUnavailable(message)
    case 'unknown':
      return new OutcomeUnknown(message)
    case 'constraint':
      return new RowRefused(message)
    case 'fault':
      return new Error(message)
    default:
      return kind satisfies never
  }
}

const THREAD = new URL(import.meta.url.endsWith('.ts') ? './writer-thread.ts' : './writer-thread.js', import.meta.url)
