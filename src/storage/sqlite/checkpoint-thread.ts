import { parentPort, workerData } from 'node:worker_threads'
import { connect } from './connection.ts'

/** The thread of `checkpoints.ts`: moves pages when told to, and tells when it has. */
const db = connect(workerData)

parentPort?.on('message', (task: 'move' | 'close') => {
  if (task === 'close') end()
  else move()
})

function move(): void {
  try {
    db.pragma('wal_checkpoint(passive)')
  } catch {
    // Nothing is lost: the WAL keeps what was not moved, and a disk that is to blame shows at the next commit.
  }
  parentPort?.postMessage('moved')
}

function end(): void {
  db.close()
  parentPort?.close()
}
