import type { ChildProcess } from 'node:child_process'
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type DatabaseProxy, startProxy } from './database-proxy.ts'
import { end, install, kill, makeFolders, type Owner, type Place, run, serverOwner } from './postgres-process.ts'
import { until } from './process.ts'

/** A primary whose every commit is on its standby's disk too before it is answered, and an address that leads to the
 * primary, whoever that is. */
export interface Cluster {
  readonly proxy: DatabaseProxy
  /** Makes an empty database and gives its URL, which leads through the proxy. */
  createDatabase(owner?: string): Promise<string>
  /** Runs statements as the superuser at the primary, not through the proxy. */
  query(text: string, database?: string): Promise<readonly Record<string, unknown>[]>
  /** All processes of the primary are gone at once, and its connections break. */
  killPrimary(): Promise<void>
  /** Makes the standby the primary and leads the proxy to it. It takes no commit until it has a standby of its own. */
  promote(): Promise<void>
  /** Where there is no standby, copies the running primary into a new one, and waits until commits wait for that. */
  addStandby(): Promise<void>
  stopStandby(): Promise<void>
  /** Where the proxy leads new connections; it breaks none. */
  lead(to: 'primary' | 'standby'): void
  /** The primary ends as its operator would end it, and starts anew with the same data. */
  restartPrimary(): Promise<void>
  stop(): Promise<void>
}

interface Member {
  readonly place: Place
  process: ChildProcess
}

/** Whoever is the primary waits for whoever is the standby. What the test kills are processes and not the machine, so
 * that nothing needs to reach its disk. */
const SETTINGS = {
  wal_level: 'replica',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  synchronous_standby_names: '*',
  max_wal_senders: '5',
  wal_keep_size: '512MB',
  hot_standby: 'on',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '100ms',
  dynamic_shared_memory_type: 'mmap',
}

export async function startCluster(more: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'nametag-cluster-'))
  const owner = serverOwner()
  const settings = { ...SETTINGS, ...more }
  const first = await install(folder, owner)
  const proxy = await startProxy()
  let primary: Member = { place: first, process: await run(first, settings, owner) }
  let standby: Member | undefined
  let members = 1
  let databases = 0

  const query = (text: string, database = 'postgres') => queryAt(primary.place, text, database)
  const lead = (to: 'primary' | 'standby') => {
    const { place } = (to === 'primary' ? primary : standby) ?? primary
    proxy.lead({ path: join(place.sockets, '.s.PGSQL.5432') })
  }

  const remove = ({ place }: Member) => {
    rmSync(place.data, { recursive: true })
    rmSync(place.sockets, { recursive: true })
  }

  const addStandby = async () => {
    if (standby !== undefined) return
    members += 1
    const place = {
      bin: first.bin,
      data: join(folder, `data-${members}`),
      sockets: join(folder, `sockets-${members}`),
    }
    makeFolders(place, owner)
    await copyPrimary(primary.place, place, owner)
    standby = { place, process: await run(place, settings, owner) }
    await untilSynchronous(primary.place)
  }

  const stopStandby = async () => {
    if (standby === undefined) return
    await kill(standby.place, standby.process)
    remove(standby)
    standby = undefined
  }

  lead('primary')
  await addStandby()
  return {
    proxy,
    query,
    lead,
    addStandby,
    stopStandby,
    createDatabase: async (user = 'postgres') => {
      databases += 1
      await query(`create database test_${databases} owner ${user}`)
      return `postgres://${user}@127.0.0.1:${proxy.port}/test_${databases}`
    },
    killPrimary: async () => {
      proxy.lead(undefined)
      await kill(primary.place, primary.process)
      proxy.cut()
    },
    promote: async () => {
      if (standby === undefined) throw new Error('There is no standby to promote.')
      proxy.lead(undefined)
      await kill(primary.place, primary.process)
      proxy.cut()
      remove(primary)
      primary = standby
      standby = undefined
      await query('select pg_promote(true, 60)')
      lead('primary')
    },
    restartPrimary: async () => {
      await end(primary.place, primary.process)
      primary.process = await run(primary.place, settings, owner)
      await untilSynchronous(primary.place)
    },
    stop: async () => {
      await proxy.close()
      await stopStandby()
      await kill(primary.place, primary.process)
      rmSync(folder, { recursive: true })
    },
  }
}

/** As `pg_basebackup` does, which the npm package of the server lacks: the files are copied while they change, and the
 * log, from where the copying began, makes the copy whole. */
async function copyPrimary(from: Place, to: Place, owner: Owner | undefined): Promise<void> {
  const client = new pg.Client({ host: from.sockets, user: 'postgres', database: 'postgres' })
  await client.connect()
  try {
    await client.query("select pg_backup_start('standby', true)")
    copyFolder(from.data, to.data, owner)
    const { rows } = await client.query('select labelfile from pg_backup_stop(false)')
    const files = {
      backup_label: String(rows[0]?.labelfile),
      'standby.signal': '',
      'postgresql.auto.conf': `primary_conninfo = 'host=${from.sockets} user=postgres application_name=standby'\n`,
    }
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(to.data, name), text)
      giveTo(owner, join(to.data, name))
    }
  } finally {
    await client.end()
  }
}

/** What belongs to the running server alone, and what a standby takes from the primary's log. */
const LEFT_OUT = ['postmaster.pid', 'postmaster.opts', 'postgresql.auto.conf', 'standby.signal']
const LEFT_EMPTY = ['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp']

function copyFolder(from: string, to: string, owner: Owner | undefined, isTop = true): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (isTop && LEFT_OUT.includes(entry.name)) continue
    const source = join(from, entry.name)
    const copy = join(to, entry.name)
    if (entry.isDirectory()) {
      mkdirSync(copy, { mode: 0o700 })
      giveTo(owner, copy)
      if (!isTop || !LEFT_EMPTY.includes(entry.name)) copyFolder(source, copy, owner, false)
      if (isTop && entry.name === 'pg_wal') makeArchiveStatus(copy, owner)
    } else if (copyIfThere(source, copy)) giveTo(owner, copy)
  }
}

function makeArchiveStatus(wal: string, owner: Owner | undefined): void {
  for (const name of ['archive_status', 'summaries']) {
    mkdirSync(join(wal, name), { mode: 0o700 })
    giveTo(owner, join(wal, name))
  }
}

/** Files come and go while a server runs; the log knows of that. */
function copyIfThere(source: string, copy: string): boolean {
  try {
    copyFileSync(source, copy)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function giveTo(owner: Owner | undefined, path: string): void {
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid)
}

async function untilSynchronous(primary: Place): Promise<void> {
  const look = async () => {
    const [row] = await queryAt(primary, "select 1 from pg_stat_replication where sync_state = 'sync'")
    return row
  }
  await until(look, () => 'The standby does not follow.', 60_000)
}

async function queryAt(place: Place, text: string, database = 'postgres'): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ host: place.sockets, user: 'postgres', database, query_timeout: 30_000 })
  await client.connect()
  try {
    return (await client.query(text)).rows ?? []
  } finally {
    await client.end()
  }
}
