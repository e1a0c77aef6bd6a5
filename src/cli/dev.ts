import { MovableClock } from '../clock.ts'
import { createMemoryPost, keepingIn } from '../delivery/mail-memory.ts'
import { createSmtpPost } from '../delivery/mail-smtp.ts'
import { isLoopback } from '../loopback.ts'
import { SNAPSHOT_ROWS_MAX } from '../storage/limits.ts'
import { openSqlite } from '../storage/sqlite/open.ts'
import { digestWith } from '../storage/token-keys.ts'
import { VERSION } from '../version.ts'
import { DEMO_FILE_NAME, demoWorkspace } from '../workspace/demo.ts'
import { parseWorkspace } from '../workspace/parse-workspace.ts'
import { areProblems } from '../workspace/problems.ts'
import type { Dev } from './command.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { type Filled, fillStore } from './fill-store.ts'
import { openLog } from './log.ts'
import { type Address, findDevFacts } from './page-facts.ts'
import { devReady, readyLine } from './ready.ts'
import { type Opened, openControl, openServer, runUntilStopped } from './run-server.ts'
import type { Terminal } from './terminal.ts'
import { type Beginning, digestOf, readBeginning } from './workspace-files.ts'

/** A Slack for tests on this machine. */
export function dev(command: Dev, terminal: Terminal): Promise<number> {
  return runUntilStopped((opened) => startDev(command, terminal, opened))
}

async function startDev(command: Dev, terminal: Terminal, opened: Opened): Promise<void> {
  const { data, host, port, rateLimits, smtp } = command
  const beginning = command.workspaces.length > 0 ? await readBeginning(command.workspaces) : beginWithDemo()
  if (!isLoopback(host)) {
    terminal.error(
      `Warning: ${host} can be reached from other machines, and the tokens of a dev server are no secrets.\n`,
    )
  }
  const { store } = opened.add(
    data === null ? await openMemory() : await openDataFolder(data, { fresh: command.fresh }),
  )
  const log = openLog(command.logLevel)
  const clock = new MovableClock((err, message) => log.error({ err }, message))
  const filled = await fillStore(store, beginning, { folder: data, isAlone: true, now: clock.now() })
  terminal.error(noticeFor(filled, command))

  const storage = data === null ? 'in memory' : data
  const page = { store, clock, workspaces: beginning.workspaces, version: VERSION, storage }
  let address: Address = { url: '', api: '' }
  const mailbox = createMemoryPost()
  const facts = () => findDevFacts(page, address)
  const server = opened.add(
    await openServer({
      mode: 'dev',
      host,
      port,
      store,
      clock,
      log,
      rateLimits,
      page: facts,
      // What is under test usually listens on this machine.
      allowPrivateWebhooks: true,
      post: smtp === null ? mailbox : keepingIn(mailbox, createSmtpPost(smtp)),
      mailbox,
      logRetentionMs: command.logRetentionMs,
    }),
  )
  address = server
  if (server.controls?.canReset() === false) terminal.error(noResetNotice(data))
  if (data !== null) opened.add(await openControl(data, store, terminal))
  terminal.out(command.json ? readyLine(address, process.pid) : devReady(await facts(), terminal.paint))
}

function beginWithDemo(): Beginning {
  const text = demoWorkspace()
  const workspace = parseWorkspace(text, DEMO_FILE_NAME)
  if (areProblems(workspace)) throw new Error(`The demo team is wrong: ${workspace.problems.join('; ')}`)
  return { workspaces: [workspace], digest: digestOf([text]) }
}

/** The same at every start, so that a snapshot of one run opens in another: tokens of a dev server are no secrets. */
const KEY_IN_MEMORY = Buffer.alloc(32, 'dev')

async function openMemory(): Promise<DataFolder> {
  const store = await openSqlite({ path: ':memory:', tokenDigest: digestWith(KEY_IN_MEMORY) })
  return { store, close: () => store.close() }
}

function noticeFor(filled: Filled, { data, workspaces }: Dev): string {
  if (filled !== 'before, otherwise') return ''
  const ignored = workspaces.length > 0 ? `${workspaces.join(', ')} is not read` : 'the demo team is not opened'
  return `Notice: ${data} already holds people from another workspace file, so ${ignored}. Start with --fresh to begin again.\n`
}

function noResetNotice(data: string | null): string {
  return `Notice: ${data ?? 'the store'} holds more than ${SNAPSHOT_ROWS_MAX.toLocaleString('en')} rows, too many to keep a copy of: /_nametag/reset and /_nametag/state are refused as too_much_data, and all else works. For tests that reset, start with fewer people.\n`
}
