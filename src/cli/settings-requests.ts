import { isRefusal } from '../domain/errors.ts'
import { SLACKBOT } from '../domain/slackbot.ts'
import { changePrefs, prefsToWire, type WirePrefs } from '../domain/team-prefs.ts'
import { readPrefs } from '../workspace/read-prefs.ts'
import type { ControlAnswer, ControlParts } from './control-socket.ts'
import { findTeam } from './find-team.ts'

export type SettingsRequest =
  | { readonly command: 'settings get'; readonly team: string | null }
  | { readonly command: 'settings set'; readonly team: string | null; readonly prefs: unknown }

/** What is told of either. */
export interface SettingsTold {
  readonly team: string
  readonly prefs: WirePrefs
}

/** The same work whether a running server is asked or the command opened the store itself. Whoever has the data may set
 * what would lock an owner out: they can always take it back (docs/decisions/0058). */
export async function answerSettings({ store, clock }: ControlParts, request: SettingsRequest): Promise<ControlAnswer> {
  const team = await findTeam(store, request.team)
  if (typeof team === 'string') return { ok: false, error: team }
  if (request.command === 'settings get') return told({ team: team.id, prefs: prefsToWire(team) })

  const outcome = await store.changeTeam(team.id, (stored) => {
    const prefs = readPrefs(request.prefs, stored)
    return isRefusal(prefs) ? prefs : changePrefs(stored, prefs, SLACKBOT, clock.now())
  })
  if (isRefusal(outcome)) return { ok: false, error: `Nothing was changed. ${sentenceOf(outcome.messages)}` }
  return told({ team: team.id, prefs: prefsToWire(outcome.team) })
}

export function parseSettingsRequest(request: unknown): SettingsRequest | undefined {
  if (typeof request !== 'object' || request === null) return undefined
  const { command, team, prefs } = request as Readonly<Record<string, unknown>>
  const isTeam = team === null || typeof team === 'string'
  if (!isTeam) return undefined
  if (command === 'settings get') return { command, team }
  return command === 'settings set' ? { command, team, prefs } : undefined
}

function sentenceOf(messages: readonly string[]): string {
  const text = messages.join('; ')
  return text.endsWith('?') ? text : `${text}.`
}

function told(result: SettingsTold): ControlAnswer {
  return { ok: true, result }
}
