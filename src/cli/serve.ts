import { systemClock } from '../clock.ts'
import { createSmtpPost } from '../delivery/mail-smtp.ts'
import { VERSION } from '../version.ts'
import type { Serve } from './command.ts'
import { type Filled, fillStore } from './fill-store.ts'
import { makeFirstTeam, openFirstSignIn } from './first-start.ts'
import { openLog } from './log.ts'
import { openLimiter, openPlace, postWithoutServer } from './open-place.ts'
import { readyLine, serveReady, signInLines } from './ready.ts'
import { type Opened, openControl, openServer, runUntilStopped } from './run-server.ts'
import { nameOf } from './store-place.ts'
import type { Terminal } from './terminal.ts'
import { readBeginning } from './workspace-files.ts'

/** A durable directory of people. */
export function serve(command: Serve, terminal: Terminal): Promise<number> {
  return runUntilStopped((opened) => startServe(command, terminal, opened))
}

async function startServe(command: Serve, terminal: Terminal, opened: Opened): Promise<void> {
  const { place, host, port, publicUrl, smtp, workspaces, shardByTeam } = command
  const clock = systemClock
  const beginning = workspaces.length > 0 ? await readBeginning(workspaces) : undefined
  const data = opened.add(await openPlace(place, { shardByTeam }))
  const { store, folder, madeKey } = data
  if (madeKey !== undefined) terminal.error(keyNotice(madeKey))
  const limiter = await openLimiter(place, { shardByTeam })
  if (limiter !== undefined) opened.add(limiter)
  const isAlone = folder !== null
  const filled = await fillStore(store, beginning ?? { workspaces: [makeFirstTeam()], digest: 'first team' }, {
    folder,
    isAlone,
    now: clock.now(),
  })
  if (beginning) terminal.error(noticeFor(filled, command))

  const first = await openFirstSignIn({ store, clock, isAlone })
  const address = { url: '', api: '' }
  const running = opened.add(
    await openServer({
      mode: 'serve',
      host,
      port,
      store,
      clock,
      log: openLog(command.logLevel),
      rateLimits: true,
      ...(limiter === undefined ? {} : { limiter }),
      allowPrivateWebhooks: command.allowPrivateWebhooks,
      drainDelayMs: command.drainDelayMs,
      logRetentionMs: command.logRetentionMs,
      post: smtp === null ? postWithoutServer(data) : createSmtpPost(smtp),
      page: () => ({ mode: 'serve', version: VERSION, ...address }),
      ...(publicUrl === null ? {} : { publicUrl }),
      ...(first === undefined ? {} : { signIn: first.signIn }),
    }),
  )
  address.url = publicUrl ?? running.url
  address.api = `${address.url}/api/`
  if (folder !== null) opened.add(await openControl(folder, store, terminal))
  if (smtp !== null && publicUrl === null) terminal.error(linkNotice(address.url))

  const signInLink = first && `${address.url}/sign-in?code=${first.code}`
  if (!command.json) {
    terminal.out(serveReady({ ...address, data: nameOf(place), signInLink }, terminal.paint))
    return
  }
  if (signInLink !== undefined) terminal.error(`${signInLines(signInLink)}\n`)
  terminal.out(readyLine(running, process.pid))
}

function noticeFor(filled: Filled, { place, workspaces }: Serve): string {
  if (filled !== 'before, otherwise') return ''
  return `Notice: ${nameOf(place)} already holds people from elsewhere, so ${workspaces.join(', ')} is not read.\n`
}

/** Whoever reads a mail elsewhere comes to a machine of their own with such a link. */
function linkNotice(url: string): string {
  return `Notice: links in mails lead to ${url}. Say with --public-url how people reach this server.\n`
}

function keyNotice(file: string): string {
  return `Notice: the token key ${file} was made. Give every node the same file and keep a copy: without it every token is void.\n`
}
