import assert from 'node:assert/strict'
import type { UserId } from '../../src/domain/ids.ts'
import { keyFor, setTitle, TEAM } from '../../src/storage/conformance/people.ts'
import { OutcomeUnknown, StorageUnavailable, type Store } from '../../src/storage/store.ts'
import { queryAt } from './postgres.ts'

/** What callers were told of their writes, each of another title. */
export class Written {
  readonly done = new Set<string>()
  readonly refused = new Set<string>()
  readonly unknown = new Set<string>()

  async write(store: Store, userId: UserId, title: string): Promise<void> {
    try {
      await store.change(keyFor(userId), setTitle(title))
      this.done.add(title)
    } catch (error) {
      if (error instanceof OutcomeUnknown) this.unknown.add(title)
      else if (error instanceof StorageUnavailable) this.refused.add(title)
      else throw error
    }
  }

  /** Each title that was told as done stands once in the log, none that was refused stands there, and people are as the
   * log says last. */
  async check(url: string): Promise<void> {
    const { logged, people } = await readTitles(url)
    this.#checkLog(logged)
    const last = lastOf(logged)
    for (const { id, title } of people) assert.equal(title, last.get(id) ?? '', id)
  }

  /** The same of the team, as the store answers it. */
  async checkThrough(store: Store): Promise<void> {
    const logged = await readLogged(store)
    this.#checkLog(logged)
    for (const [id, title] of lastOf(logged)) {
      assert.equal((await store.findUser(TEAM, id as UserId))?.profile.title, title)
    }
  }

  #checkLog(logged: readonly Titled[]): void {
    const count = new Map<string, number>()
    for (const { title } of logged) count.set(title, (count.get(title) ?? 0) + 1)
    for (const title of this.done) assert.equal(count.get(title), 1, `${title} was told as done`)
    for (const title of this.refused) assert.equal(count.get(title), undefined, `${title} was refused`)
    for (const title of count.keys()) assert.ok(this.done.has(title) || this.unknown.has(title), title)
  }
}

interface Titled {
  readonly id: string
  readonly title: string
}

function lastOf(logged: readonly Titled[]): ReadonlyMap<string, string> {
  return new Map(logged.map(({ id, title }) => [id, title]))
}

/** Page by page, each entry behind the one before it. */
async function readLogged(store: Store): Promise<readonly Titled[]> {
  const logged: Titled[] = []
  let seq = 0
  for (let page = await store.readLog(TEAM, 0, 1000); page.length > 0; page = await store.readLog(TEAM, seq, 1000)) {
    for (const entry of page) {
      assert.ok(entry.kind === 'user')
      assert.ok(entry.seq > seq)
      seq = entry.seq
      logged.push({ id: entry.user.id, title: entry.user.profile.title })
    }
  }
  return logged
}

/** As they stand in the tables; the log is in its order. */
export async function readTitles(
  url: string,
): Promise<{ readonly logged: readonly Titled[]; readonly people: readonly Titled[] }> {
  const inOrder = "select user_id as id, body from log where kind = 'user' order by team_id, seq"
  const logged = await queryAt<Row>(url, inOrder)
  const people = await queryAt<Row>(url, 'select id, body from users')
  return { logged: logged.map(toTitled), people: people.map(toTitled) }
}

interface Row {
  readonly id: string
  readonly body: string
}

function toTitled({ id, body }: Row): Titled {
  return { id, title: JSON.parse(body).profile.title }
}
