import { existsSync, type Stats, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { lockDirectory } from '../../storage/lock.ts'
import { findFacts, measureCommit } from '../../storage/sqlite/facts.ts'
import { askServer, controlSocketPath } from '../control-socket.ts'
import { findFolderSchema } from '../data-folder.ts'
import { databaseIn, hasData, keyIn } from '../folder-files.ts'
import { bytes, type Finding, look, ok, problem, warning } from './finding.ts'
import { lookAtKey } from './key.ts'
import { lookAtSqlite } from './machine.ts'
import { judgeSchema } from './schema.ts'

const MIB = 1024 * 1024
const FREE_BYTES_MIN = 100 * MIB
const FREE_BYTES_GOOD = 1024 * MIB
/** Twice what a server lets it grow to before it makes its writers wait. */
const WAL_BYTES_MAX = 128 * MIB
const COMMIT_MS_GOOD = 20

/** Everything about a data folder and the store in it. */
export async function lookAtFolder(folder: string): Promise<readonly Finding[]> {
  if (!existsSync(folder)) {
    return [lookAtSqlite(), warning('Data folder', `${folder} is not there.`, 'The first start of a server makes it.')]
  }
  return [
    lookAtSqlite(),
    ...(await look('Data folder', () => [
      judgeMode(folder, statSync(folder), process.getuid?.()),
      judgeFileSystem(folder),
    ])),
    ...(await look('Free disk', () => [lookAtDisk(folder)])),
    ...(await look('Durability', () => [lookAtCommit(folder)])),
    ...(await look('Server', async () => [await lookAtServer(folder)])),
    ...(hasData(folder) ? await lookAtStore(folder) : [ok('Store', `${folder} holds none yet.`)]),
  ]
}

export function judgeMode(folder: string, { mode, uid }: Pick<Stats, 'mode' | 'uid'>, ownUid?: number): Finding {
  const what = 'Data folder'
  if (ownUid === undefined) return ok(what, folder)
  const octal = (mode & 0o777).toString(8)
  if (uid !== ownUid) {
    const advice = 'Run this command, and the server, as the owner of the folder.'
    return warning(what, `${folder} belongs to user ${uid}, and this is user ${ownUid}.`, advice)
  }
  if ((mode & 0o077) !== 0) {
    return warning(what, `${folder} has mode ${octal}: others can look into it.`, `Run: chmod 700 ${folder}`)
  }
  return ok(what, `${folder} has mode ${octal} and is this user's own.`)
}

/** By the numbers that Linux gives them. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
])

function judgeFileSystem(folder: string): Finding {
  const name = process.platform === 'linux' ? NETWORK_FILE_SYSTEMS.get(statfsSync(folder).type) : undefined
  if (name === undefined) return ok('File system', 'not one of those that are known to be on a network.')
  return problem('File system', `${folder} is on ${name}.`, "SQLite's log needs a local disk: move the folder to one.")
}

function lookAtDisk(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder)
  const used = hasData(folder) ? statSync(databaseIn(folder)).size : 0
  return judgeDisk(bavail * bsize, used)
}

export function judgeDisk(free: number, used: number): Finding {
  const found = `${bytes(free)} are free, and the store has ${bytes(used)}.`
  const advice =
    'Make room: on a full disk nothing can be changed. A backup on the same disk needs as much as the store.'
  if (free < FREE_BYTES_MIN) return problem('Free disk', found, advice)
  return free < Math.max(FREE_BYTES_GOOD, used) ? warning('Free disk', found, advice) : ok('Free disk', found)
}

/** In the folder itself: whether it can be written to, and whether a commit lasts there. */
function lookAtCommit(folder: string): Finding {
  try {
    return judgeCommit(measureCommit(join(folder, `nametag.probe.${process.pid}`)))
  } catch (error) {
    const advice = 'The folder has to be writable, on a local disk.'
    return problem('Durability', `No commit can be made in ${folder}: ${(error as Error).message}`, advice)
  }
}

export function judgeCommit(ms: number): Finding {
  const found = `a commit is flushed to the disk in ${ms.toFixed(1)} ms (journal_mode = wal, synchronous = full).`
  if (ms <= COMMIT_MS_GOOD) return ok('Durability', found)
  return warning('Durability', found, 'Changes wait for such a flush: a faster disk makes them faster.')
}

async function lookAtServer(folder: string): Promise<Finding> {
  const socket = controlSocketPath(folder)
  if (socket === undefined) {
    const advice =
      'Move the folder to a shorter path: "nametag token" and "nametag settings" reach a running server through its socket.'
    return warning('Server', 'The path of the folder is too long for a socket.', advice)
  }
  if ((await askServer(socket, { command: 'none' })) !== undefined) return ok('Server', `one runs on ${folder}.`)
  const outcome = lockDirectory(folder)
  if (typeof outcome === 'string') {
    return warning('Server', `${outcome} It does not answer.`, 'Look at what that process does.')
  }
  outcome()
  return ok('Server', `none runs on ${folder}.`)
}

async function lookAtStore(folder: string): Promise<readonly Finding[]> {
  const schema = await look('Schema', () => [judgeSchema(findFolderSchema(folder), `--data ${folder}`)])
  const store = await look('Store', () => {
    const facts = findFacts(databaseIn(folder))
    return [
      facts.check === 'ok'
        ? ok('Integrity', `quick_check finds nothing wrong in ${bytes(facts.bytes)}.`)
        : problem('Integrity', facts.check, 'Stop the server, keep a copy of the folder, and restore the last backup.'),
      judgeWal(facts.walBytes),
      ...(facts.isImporting
        ? [problem('Import', 'one is under way, or was cut off.', 'Run "nametag import" again with --fresh.')]
        : []),
      lookAtKey({ file: keyIn(folder), ...facts }),
    ]
  })
  return [...schema, ...store]
}

export function judgeWal(size: number): Finding {
  const found = `nametag.db-wal has ${bytes(size)}.`
  if (size <= WAL_BYTES_MAX) return ok('Log of writes', found)
  return warning(
    'Log of writes',
    found,
    'Something keeps the database open for reading: a long backup or export, or another program.',
  )
}
