import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { profile } from '../../src/cli/profile.ts'
import { status } from '../../src/cli/status.ts'
import type { StopSignal } from '../../src/cli/stop-signal.ts'
import type { SyncWorld } from '../../src/cli/sync/prepare.ts'
import { sync } from '../../src/cli/sync/sync.ts'
import { PLAIN } from '../../src/cli/terminal.ts'
import { readConfig } from '../../src/config.ts'
import type { UserId } from '../../src/domain/ids.ts'
import type { User } from '../../src/domain/user.ts'
import { type TestServer, temporaryFolder } from './server.ts'
import { aWorld, ids, TEAM, type World } from './world.ts'

export const SECRET = 'xoxp-ada'
const NEVER_STOPPED: StopSignal = { asked: new Promise(() => undefined), forget: () => undefined }

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** One command in this process; waiting moves the server's clock. */
export async function run(
  server: TestServer,
  argv: readonly string[],
  world: SyncWorld = {},
  token = SECRET,
): Promise<Ran> {
  const command = readConfig(argv, { NAMETAG_API_URL: server.api, NAMETAG_TOKEN: token })
  const written = { out: '', error: '' }
  const terminal = {
    out(text: string) {
      written.out += text
    },
    error(text: string) {
      written.error += text
    },
    paint: PLAIN,
  }
  const wait = async (milliseconds: number, signal?: AbortSignal) => {
    signal?.throwIfAborted()
    server.clock.advance(milliseconds)
  }
  const around = { stop: NEVER_STOPPED, isInteractive: false, wait, now: server.clock.now, ...world }
  try {
    const code = await perform(command, terminal, around)
    return { code, ...written }
  } catch (error) {
    assert.equal((error as Error).name, 'CannotStart', (error as Error).stack)
    return { code: 1, out: written.out, error: `${written.error}nametag: ${(error as Error).message}\n` }
  }
}

function perform(
  command: ReturnType<typeof readConfig>,
  terminal: Parameters<typeof sync>[1],
  world: SyncWorld,
): Promise<number> {
  switch (command.run) {
    case 'profile get':
    case 'profile set':
      return profile(command, terminal, world)
    case 'status set':
    case 'status clear':
      return status(command, terminal, world)
    case 'sync':
      return sync(command, terminal, world)
    default:
      throw new Error('sentence' in command ? command.sentence : command.run)
  }
}

const idOf = (index: number) => `U0P${String(index).padStart(7, '0')}` as UserId

export function crowd(count: number): World {
  const world = aWorld()
  const mel = world.users.find(({ id }) => id === ids.mel) as User
  const people = Array.from({ length: count }, (_, index): User => {
    const id = idOf(index)
    return { ...mel, id, name: `p${index}`, email: `p${index}@coffee.example`, ordinal: 100 + index }
  })
  return { ...world, users: [...world.users, ...people] }
}

export function writeCsv(t: TestContext, text: string): string {
  const path = join(temporaryFolder(t), 'people.csv')
  writeFileSync(path, text)
  return path
}

export const crowdCsv = (count: number) =>
  `id,title,Role\n${Array.from({ length: count }, (_, index) => `${idOf(index)},Title ${index},Role ${index}`).join('\n')}\n`

/** How often each person was written. */
export async function writes(server: TestServer): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (let after = 0; ; ) {
    const entries = await server.store.readLog(TEAM, after, 1000)
    for (const entry of entries) {
      if (entry.kind === 'user') counts.set(entry.user.id, (counts.get(entry.user.id) ?? 0) + 1)
      after = entry.seq
    }
    if (entries.length === 0) return counts
  }
}

export async function assertAllRight(server: TestServer, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const user = await server.store.findUser(TEAM, idOf(index))
    assert.equal(user?.profile.title, `Title ${index}`)
    assert.equal(user?.profile.fields['Xf0TEXT001' as keyof typeof user.profile.fields]?.value, `Role ${index}`)
  }
  const counts = await writes(server)
  assert.equal(counts.size, count)
  assert.deepEqual(
    [...counts].filter(([, times]) => times !== 1),
    [],
  )
}
