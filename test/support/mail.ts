import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { MovableClock } from '../../src/clock.ts'
import { createMail } from '../../src/delivery/mail.ts'
import type { MemoryPost } from '../../src/delivery/mail-memory.ts'
import type { Post } from '../../src/delivery/mail-post.ts'
import { createSmtpPost } from '../../src/delivery/mail-smtp.ts'
import { parseSmtpUrl } from '../../src/delivery/smtp-url.ts'
import type { OtherFact } from '../../src/domain/event.ts'
import type { TeamId } from '../../src/domain/ids.ts'
import type { Store } from '../../src/storage/store.ts'
import { openMemory } from './harness.ts'
import { within } from './process.ts'
import { aWorld, ids, TEAM } from './world.ts'

export const MINUTE_MS = 60_000
const BEGIN = Date.now()

export async function aStore(t: TestContext): Promise<Store> {
  const store = await openMemory()
  const { team, users } = aWorld()
  await store.addTeam(team, users)
  t.after(() => store.close())
  return store
}

interface Started {
  readonly store: Store
  readonly clock: MovableClock
  readonly mail: ReturnType<typeof createMail>
  /** Every log line, whole. */
  readonly logged: string[]
}

export async function start(t: TestContext, post: Post, store?: Store): Promise<Started> {
  const clock = new MovableClock()
  clock.setFrozen(true)
  const logged: string[] = []
  const note = (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)}`)
  const used = store ?? (await aStore(t))
  const publicUrl = () => 'https://people.example.com'
  const mail = createMail({ store: used, clock, log: { warn: note, error: note }, publicUrl, post })
  await mail.start()
  t.after(() => within(5000, mail.stop(), () => 'It did not stop.'))
  return { store: used, clock, mail, logged }
}

export function tell(store: Store, ...facts: readonly OtherFact[]) {
  return tellIn(store, TEAM, ...facts)
}

export function tellIn(store: Store, teamId: TeamId, ...facts: readonly OtherFact[]) {
  const key = { teamId, actorId: ids.ada, userId: ids.mel, emails: [], userIds: [] }
  return store.change(key, ({ user }) => {
    assert.ok(user)
    return { user, events: [], facts, at: BEGIN }
  })
}

export const changed = (to: string, from: string | null = null): OtherFact => ({
  kind: 'email_changed',
  userId: ids.mel,
  from,
  to,
})
export const recipients = (post: MemoryPost) => post.mail().map(({ to }) => to)

export function smtp(url: string): Post {
  const server = parseSmtpUrl(url)
  assert.ok(server)
  return createSmtpPost(server)
}

export function assertNoAddress(logged: readonly string[]): void {
  assert.ok(logged.length > 0)
  for (const line of logged) assert.doesNotMatch(line, /@/)
}
