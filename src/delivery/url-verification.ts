import { randomBytes } from 'node:crypto'
import type { App } from '../domain/team.ts'
import type { Webhooks } from './webhook.ts'

const CHALLENGE_BYTES = 32

export interface Verification {
  readonly verified: boolean
  /** What went wrong, for the operator. */
  readonly detail: string
}

/** Asks the receiver to repeat a challenge, as Slack does before it sends events to an address. */
export async function verifyUrl(webhooks: Webhooks, app: App, signal: AbortSignal): Promise<Verification> {
  if (app.requestUrl === null) return { verified: false, detail: 'The app has no request URL.' }
  const challenge = randomBytes(CHALLENGE_BYTES).toString('base64url')
  const body = JSON.stringify({ token: app.verificationToken, challenge, type: 'url_verification' })
  const outcome = await webhooks.post({ url: app.requestUrl, signingSecret: app.signingSecret, body }, signal)
  if (!outcome.ok) return { verified: false, detail: outcome.detail }
  if (repeats(outcome.text.trim(), challenge)) return { verified: true, detail: '' }
  return { verified: false, detail: 'The answer does not repeat the challenge.' }
}

/** Slack: as plain text, as a form `challenge=…`, or as JSON `{"challenge":…}` — url_verification */
function repeats(text: string, challenge: string): boolean {
  return text === challenge || new URLSearchParams(text).get('challenge') === challenge || jsonRepeats(text, challenge)
}

function jsonRepeats(text: string, challenge: string): boolean {
  try {
    return JSON.parse(text)?.challenge === challenge
  } catch {
    return false
  }
}
