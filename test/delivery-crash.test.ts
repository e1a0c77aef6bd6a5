import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openSqlite } from '../src/storage/sqlite/open.ts'
import { startRelay } from './support/relay.ts'
import { temporaryFolder } from './support/server.ts'
import { type Answering, type Arrived, startSubscriber, type TestSubscriber } from './support/subscriber.ts'
import { TEAM } from './support/world.ts'

const KILLS = 50
/** Side by side, each on its own file. */
const LANES = 2
const WRITER = join(import.meta.dirname, 'crash/write-and-deliver.ts')

test(`a server that is killed ${KILLS} times delivers every event that was committed, with one id, and no other`, async (t) => {
  const late = await Promise.all(Array.from({ length: LANES }, () => runLane(t, KILLS / LANES)))
  // Else every event was delivered before its server died, and nothing was tried.
  assert.ok(late.reduce((sum, count) => sum + count) > KILLS / 5, `${late} events were late`)
})

/** Resolves to how many events arrived after their server had died. */
async function runLane(t: TestContext, kills: number): Promise<number> {
  const path = join(temporaryFolder(t), 'nametag.db')
  const taken: Arrived[] = []
  const subscriber = await startSubscriber(t, (response, arrived) => takeOrFail(response, arrived, taken))
  await found(t, path, subscriber)
  const answered: string[] = []
  let late = 0
  for (let round = 0; round < kills; round += 1) {
    answered.push(...(await writeUntilKilled(path, round)))
    const titles = new Set(taken.map(titleOf))
    late += answered.filter((title) => !titles.has(title)).length
  }
  const last = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'ignore', 'inherit'] })
  assert.deepEqual(await once(last, 'exit'), [0, null])
  await check(path, taken, answered)
  return late
}

/** Every second event is refused the first time, so that some are always on their way, failed, or kept for a retry. */
function takeOrFail(response: Parameters<Answering>[0], arrived: Arrived, taken: Arrived[]): void {
  const isRefused = arrived.headers['x-slack-retry-num'] === undefined && Math.random() < 1 / 2
  setTimeout(
    () => {
      if (!isRefused) taken.push(arrived)
      response.writeHead(isRefused ? 500 : 200).end()
    },
    Math.random() ** 2 * 60,
  )
}

/** The app is in the file; nobody has delivered anything to it. */
async function found(t: TestContext, path: string, { url }: TestSubscriber): Promise<void> {
  const { relay, store } = await startRelay(t, { path, apps: [{ requestUrl: url }] })
  await relay.stop()
  await store.close()
}

/** What was answered before the kill: now a few milliseconds after the first answer, now after the place in the log was
 * saved some times. */
async function writeUntilKilled(path: string, round: number): Promise<string[]> {
  const writer: ChildProcess = spawn(process.execPath, [WRITER, path, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  writer.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (output === '') setTimeout(() => writer.kill('SIGKILL'), Math.random() ** 2 * 400)
    output += text
  })
  await once(writer, 'close')
  assert.equal(writer.signalCode, 'SIGKILL')
  // What stands behind the last line break was cut off by the kill.
  return output.split('\n').slice(0, -1)
}

async function check(path: string, taken: readonly Arrived[], answered: readonly string[]): Promise<void> {
  const idsByTitle = new Map<string, Set<string>>()
  for (const one of taken) {
    assert.equal(one.isSigned, true)
    idsByTitle.set(titleOf(one), (idsByTitle.get(titleOf(one)) ?? new Set()).add(one.json.event_id))
  }
  const committed = await titlesInLog(path)
  for (const title of answered) assert.ok(committed.has(title), `${title} was answered and is not in the log`)
  assert.deepEqual(
    [...committed].filter((title) => !idsByTitle.has(title)),
    [],
    'committed and never delivered',
  )
  assert.deepEqual(
    [...idsByTitle.keys()].filter((title) => !committed.has(title)),
    [],
    'delivered and not committed',
  )
  for (const [title, ids] of idsByTitle) assert.equal(ids.size, 1, `the ids of ${title}`)
  assert.equal(new Set([...idsByTitle.values()].flatMap((ids) => [...ids])).size, idsByTitle.size)
}

async function titlesInLog(path: string): Promise<Set<string>> {
  const store = await openSqlite({ path, tokenDigest: (token) => token })
  const titles = new Set<string>()
  let seq = 0
  for (let page = await store.readLog(TEAM, seq, 1000); page.length > 0; page = await store.readLog(TEAM, seq, 1000)) {
    for (const entry of page) {
      if (entry.kind === 'user') titles.add(entry.user.profile.title)
      seq = entry.seq
    }
  }
  await store.close()
  return titles
}

function titleOf({ json }: { readonly json: { event: { user: { profile: { title: string } } } } }): string {
  return json.event.user.profile.title
}
