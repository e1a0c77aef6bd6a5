import { Worker } from 'node:worker_threads'
import { OutcomeUnknown, StorageUnavailable } from '../store.ts'
import type { Heads, SavedWrite } from './saving.ts'
import { isConstraintViolation } from './transaction.ts'

/** What the thread is told to do. */
export type Task = { readonly writes: readonly SavedWrite[] } | 'checkpoint' | 'close'

/** How a task came out. */
export type Done = { readonly heads: Heads } | { readonly failure: Failure }

/** What the thread says once it has opened the database. */
export const READY = 'ready'

interface Failure {
  readonly kind: 'unstarted' | 'unavailable' | 'unknown' | 'constraint' | 'fault'
  readonly message: string
}

/** A row that the database refused on the thread. */
export class RowRefused extends Error {}

/** No thread could be had, so nothing was done. */
export class NoThread extends Error {}

/** Works on the disk on a thread of its own, so that calls are read and answered meanwhile. The thread starts with its
 * first task, and does one after the other. */
export class Writer {
  readonly #path: string
  #thread: Worker | undefined
  #isReady = false
  #waiting: Waiting[] = []
  #last: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  get isRunning(): boolean {
    return this.#thread !== undefined
  }

  get isBusy(): boolean {
    return this.#waiting.length > 0
  }

  /** Resolves when everything is done that it was told to do. */
  async idle(): Promise<void> {
    await this.#last
  }

  /** Writes with one commit. Rejects like a transaction would, or with `NoThread`. */
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
    const thread = this.#thread ?? this.#start()
    if (typeof thread === 'string') return Promise.resolve({ failure: { kind: 'unstarted', message: thread } })
    thread.ref()
    if (this.#isReady) thread.postMessage(task)
    const done = new Promise<Done>((resolve) => this.#waiting.push({ task, resolve }))
    this.#last = done
    return done
  }

  /** Gives a sentence where the machine, or how this process was started, allows no other thread. */
  #start(): Worker | string {
    try {
      this.#thread = this.#listenTo(new Worker(THREAD, { workerData: this.#path }))
      return this.#thread
    } catch (error) {
      return `No thread can be started: ${error}`
    }
  }

  #listenTo(thread: Worker): Worker {
    let end = 'The writer has ended.'
    thread.on('message', (message: Done | typeof READY) => {
      if (message === READY) this.#begin(thread)
      else this.#tell(thread, message)
    })
    thread.on('error', (error) => {
      end = `The writer has failed: ${error}`
    })
    // Until then it may hold the database, and no other takes its place.
    thread.on('exit', () => this.#end(end))
    return thread
  }

  /** Given nothing to do before this, a thread that cannot begin has done nothing. */
  #begin(thread: Worker): void {
    this.#isReady = true
    for (const { task } of this.#waiting) thread.postMessage(task)
  }

  #tell(thread: Worker, done: Done): void {
    if (this.#waiting.length === 1) thread.unref()
    this.#waiting.shift()?.resolve(done)
  }

  /** What it was writing may stand in the file. */
  #end(message: string): void {
    const kind = this.#isReady ? 'unknown' : 'unstarted'
    this.#thread = undefined
    this.#isReady = false
    for (const { resolve } of this.#waiting.splice(0)) resolve({ failure: { kind, message } })
  }
}

interface Waiting {
  readonly task: Task
  readonly resolve: (done: Done) => void
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
    case 'unstarted':
      return new NoThread(message)
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
