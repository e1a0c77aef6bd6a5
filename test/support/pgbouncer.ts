import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { serverOwner, untilStdinEnds } from './postgres-process.ts'
import type { Cleanup } from './server.ts'

const PORT = 6432
export const CONNECTIONS_PER_DATABASE = 3

export interface Bouncer {
  /** The same database, through the pooler. */
  urlOf(direct: string): string
}

/** PgBouncer in transaction mode before a server of `startPostgres`, on a socket of its own. Each database has so few
 * connections that callers have to share them. */
export async function startPgBouncer(t: Cleanup, program: string, direct: string): Promise<Bouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'nametag-bouncer-'))
  const owner = serverOwner()
  chmodSync(folder, 0o700)
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid)
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(file, settingsFor(folder, new URL(direct).searchParams.get('host') ?? ''))
  if (owner !== undefined) chownSync(file, owner.uid, owner.gid)
  const bouncer = spawn('sh', ['-c', untilStdinEnds('TERM'), program, file], {
    ...owner,
    cwd: folder,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  t.after(async () => {
    const ended = once(bouncer, 'exit')
    bouncer.stdin?.end()
    await ended
    rmSync(folder, { recursive: true })
  })
  const said: string[] = []
  await new Promise<void>((resolve, reject) => {
    bouncer.once('exit', () => reject(new Error(`PgBouncer did not start:\n${said.join('\n')}`)))
    createInterface({ input: bouncer.stderr }).on('line', (line) => {
      if (said.length < 100) said.push(line)
      if (line.includes('process up')) resolve()
    })
  })
  return {
    urlOf: (url) => {
      const through = new URL(url)
      through.searchParams.set('host', folder)
      through.searchParams.set('port', String(PORT))
      return through.href
    },
  }
}

function settingsFor(folder: string, sockets: string): string {
  return `
[databases]
* = host=${sockets} user=postgres

[pgbouncer]
listen_addr =
listen_port = ${PORT}
unix_socket_dir = ${folder}
auth_type = any
pool_mode = transaction
default_pool_size = ${CONNECTIONS_PER_DATABASE}
max_client_conn = 500
server_idle_timeout = 2
`
}
