import { parentPort, workerData } from 'node:worker_threads'
import { connect } from './connection.ts'
import { openLog } from './log.ts'
import { type Heads, type SavedWrite, saveAll } from './saving.ts'
import { openTransaction } from './transaction.ts'
import { openUsers } from './users.ts'
import { type Done, failureOf, READY, type Task } from './writer.ts'

/** The thread of `writer.ts`: does what it is told, and tells how that came out. */
const db = connect(workerData)
const tables = { users: openUsers(db), log: openLog(db) }
const transaction = openTransaction(db)
const NOTHING: Heads = new Map()

parentPort?.on('message', (task: Task) => {
  if (task === 'close') end()
  else parentPort?.postMessage(attempt(task === 'checkpoint' ? checkpoint : () => commit(task.writes)))
})
parentPort?.postMessage(READY)

function attempt(work: () => Heads): Done {
  try {
    return { heads: work() }
  } catch (error) {
    return { failure: failureOf(error) }
  }
}

/** The work does not go on before this is on the disk. */
function commit(writes: readonly SavedWrite[]): Heads {
  return transaction(() => saveAll(tables, writes))
}

function checkpoint(): Heads {
  db.pragma('wal_checkpoint(passive)')
  return NOTHING
}

function end(): void {
  db.close()
  parentPort?.close()
}
