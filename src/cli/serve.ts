import { join } from 'node:path'
import { systemClock } from '../clock.ts'
import { createFolderPost } from '../delivery/mail-folder.ts'
import { createSmtpPost } from '../delivery/mail-smtp.ts'
import { VERSION } from '../version.ts'
import type { Serve } from './command.ts'
import { openDataFolder } from './data-folder.ts'
import { type Filled, fillStore } from './fill-store.ts'
import { makeFirstTeam, openFirstSignIn } from './first-start.ts'
import { readyLine, serveReady, signInLines } from './ready.ts'
import { type Opened, openControl, openLog, openServer, runUntilStopped } from './run-server.ts'
import type { Terminal } from './terminal.ts'
import { readBeginning } from './workspace-files.ts'

/** A durable directory of people. */
export function serve(command: Serve, terminal: Terminal): Promise<number> {
  return runUntilStopped((opened) => startServe(command, terminal, opened))
}

async function startServe(command: Serve, terminal: Terminal, opened: Opened): Promise<void> {
  const { data, host, port, publicUrl, smtp, workspaces } = command
  const clock = systemClock
  const beginning = workspaces.length > 0 ? await readBeginning(workspaces) : undefined
  const { store } = opened.add(await openDataFolder(data))
  const filled = await fillStore(
    store,
    beginning ?? { workspaces: [makeFirstTeam()], digest: 'first team' },
    data,
    clock.now(),
  )
  if (beginning) terminal.error(noticeFor(filled, command))

  const first = await openFirstSignIn({ store, clock, folder: data })
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
      allowPrivateWebhooks: command.allowPrivateWebhooks,
      post: smtp === null ? createFolderPost(join(data, 'mail')) : createSmtpPost(smtp),
      page: () => ({ mode: 'serve', version: VERSION, ...address }),
      ...(publicUrl === null ? {} : { publicUrl }),
      ...(first === undefined ? {} : { signIn: first.signIn }),
    }),
  )
  address.url = publicUrl ?? running.url
  address.api = `${address.url}/api/`
  opened.add(await openControl(data, store, terminal))

  const signInLink = first?.code === undefined ? undefined : `${address.url}/sign-in?code=${first.code}`
  if (!command.json) {
    terminal.out(serveReady({ ...address, data, signInLink }, terminal.paint))
    return
  }
  if (signInLink !== undefined) terminal.error(`${signInLines(signInLink)}\n`)
  terminal.out(readyLine(running, process.pid))
}

function noticeFor(filled: Filled, { data, workspaces }: Serve): string {
  if (filled !== 'before, otherwise') return ''
  return `Notice: ${data} already holds people from elsewhere, so ${workspaces.join(', ')} is not read.\n`
}
