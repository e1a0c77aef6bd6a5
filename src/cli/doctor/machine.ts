import { existsSync, readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { checkVersion } from '../../storage/sqlite/connection.ts'
import { VERSION } from '../../version.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** Each connection, WebSocket and webhook takes one. */
const OPEN_FILES_MIN = 4096

/** What holds for every server on this machine. */
export function lookAtMachine(): readonly Finding[] {
  return [ok('Nametag', `version ${VERSION}.`), ok('Node.js', `version ${process.versions.node}.`), ...openFiles()]
}

export function lookAtSqlite(): Finding {
  const db = new Database(':memory:')
  const version = db.prepare<[], string>('select sqlite_version()').pluck().get() ?? ''
  db.close()
  try {
    checkVersion(version)
    return ok('SQLite', `version ${version}.`)
  } catch (error) {
    return problem('SQLite', (error as Error).message, 'Install the packages again: npm ci.')
  }
}

/** Linux alone tells. */
function openFiles(path = '/proc/self/limits'): readonly Finding[] {
  if (!existsSync(path)) return []
  const [, soft = 'unlimited'] = /^Max open files\s+(\S+)/m.exec(readFileSync(path, 'utf8')) ?? []
  return [judgeOpenFiles(soft)]
}

export function judgeOpenFiles(soft: string): Finding {
  const found = `a process may open ${soft}.`
  if (soft === 'unlimited' || Number(soft) >= OPEN_FILES_MIN) return ok('Open files', found)
  return warning(
    'Open files',
    found,
    `Raise the limit to ${OPEN_FILES_MIN} or more (ulimit -n, LimitNOFILE= of systemd): every connection takes one.`,
  )
}
