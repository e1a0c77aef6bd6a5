import { systemClock } from '../clock.ts'
import { type ClientWorld, messagesOf, openApi, reached } from './api-client.ts'
import type { StatusClear, StatusSet } from './client-command.ts'
import { findUser } from './find-user.ts'
import { readEnd, tellEnd } from './status-time.ts'
import type { Terminal } from './terminal.ts'
import { visible } from './visible.ts'

/** Sets a status, or takes it away. */
export async function status(
  command: StatusSet | StatusClear,
  terminal: Terminal,
  world: ClientWorld = {},
): Promise<number> {
  const now = (world.now ?? systemClock.now)()
  const end = command.run === 'status set' && command.until !== null ? readEnd(command.until, now) : 0
  if (typeof end === 'string') {
    terminal.error(`nametag: ${end}\nTry: nametag status set --help\n`)
    return 2
  }
  const { text, emoji } = command.run === 'status set' ? command : { text: '', emoji: '' }
  const api = openApi(command, world)
  const user = await reached(findUser(api, command.user), command.apiUrl)
  // Slack takes whole seconds; a time that is cut off would end a little early.
  const profile = { status_text: text, status_emoji: emoji, status_expiration: Math.ceil(end / 1000) }
  const answer = await api.demand('users.profile.set', { user, profile })
  for (const message of messagesOf(answer)) terminal.error(`Notice: ${message}\n`)
  const held = answer.profile as Record<string, unknown>
  if (command.json) terminal.out(`${JSON.stringify(statusOf(held))}\n`)
  else terminal.out(`${tell(statusOf(held), whose(command.user), now)}\n`)
  return 0
}

interface Status {
  readonly status_text: string
  readonly status_emoji: string
  readonly status_expiration: number
}

function statusOf(held: Record<string, unknown>): Status {
  return {
    status_text: String(held.status_text ?? ''),
    status_emoji: String(held.status_emoji ?? ''),
    status_expiration: Number(held.status_expiration ?? 0),
  }
}

const whose = (user: string | null): string => (user === null ? 'Your' : `${visible(user)}'s`)

/** What the server holds now, in words. */
function tell({ status_text, status_emoji, status_expiration }: Status, whose: string, now: number): string {
  const shown = visible([status_emoji, status_text].filter((part) => part !== '').join(' '))
  if (shown === '') return `${whose} status is cleared.`
  const end = status_expiration === 0 ? 'until it is cleared' : `until ${tellEnd(status_expiration * 1000, now)}`
  return `${whose} status is ${shown}, ${end}.`
}
