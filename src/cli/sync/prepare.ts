import { sleep } from '../../client/wait.ts'
import { systemClock } from '../../clock.ts'
import { type ClientWorld, openApi } from '../api-client.ts'
import type { Sync } from '../client-command.ts'
import { fieldTargets } from '../profile-fields.ts'
import type { StopSignal } from '../stop-signal.ts'
import type { Terminal } from '../terminal.ts'
import { readColumns } from './columns.ts'
import type { Directory } from './one-person.ts'
import type { Outcome } from './outcome.ts'
import { type Person, readPeople } from './people.ts'
import type { Progress } from './progress.ts'
import { readCsv } from './read-csv.ts'
import { openState, type StateFile } from './state-file.ts'

export interface SyncWorld extends ClientWorld {
  readonly stop?: StopSignal
  /** A person watches stderr and can answer on stdin. */
  readonly isInteractive?: boolean
  /** Whether the limits are kept before the server has to say so. */
  readonly paced?: boolean
}

/** One run of the command, and how far it has come. */
export interface Run {
  readonly command: Sync
  readonly terminal: Terminal
  readonly directory: Directory
  readonly people: readonly Person[]
  readonly byEmail: boolean
  readonly state: StateFile
  readonly now: () => number
  readonly paced: boolean
  readonly outcomes: Map<number, Outcome>
  progress: Progress | undefined
  readonly isAnimated: boolean
}

/** Reads the file, and learns from the server whose team it is and which fields its columns may name. */
export async function prepare(command: Sync, terminal: Terminal, world: SyncWorld, stop: AbortSignal): Promise<Run> {
  const file = readCsv(command.file)
  const wait = world.wait ?? sleep
  const holder: { run?: Run } = {}
  const api = openApi(command, { wait, stop, onWait: (milliseconds) => holder.run?.progress?.waiting(milliseconds) })
  const who = await api.demand('auth.test')
  const fields = fieldTargets(await api.demand('team.profile.get'))
  const columns = readColumns({ columns: file.columns, key: command.key, map: command.map, fields })
  const people = readPeople(file, columns, command.clearEmpty)
  const place = { api: command.apiUrl, team: String(who.team_id) }
  holder.run = {
    command,
    terminal,
    directory: { api, apiUrl: command.apiUrl, wait, stop },
    people,
    byEmail: columns.key === 'email',
    state: openState(command.dryRun ? null : command.state, place),
    now: world.now ?? systemClock.now,
    paced: world.paced ?? !isThisMachine(command.apiUrl),
    outcomes: new Map(),
    progress: undefined,
    isAnimated: world.isInteractive ?? (process.stderr.isTTY === true && command.color),
  }
  return holder.run
}

/** A server for tests says by itself which limits it keeps; others are spared calls that are bound to be refused. */
function isThisMachine(apiUrl: string): boolean {
  const { hostname } = new URL(apiUrl)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
