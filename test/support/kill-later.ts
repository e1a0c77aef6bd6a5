import { workerData } from 'node:worker_threads'

/** Kills a process after a time, from a thread of its own: on the thread of a busy client, a timer would run only
 * between two answers, which is never in the middle of anything. */
const { pid, milliseconds } = workerData as { readonly pid: number; readonly milliseconds: number }

Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
process.kill(pid, 'SIGKILL')
