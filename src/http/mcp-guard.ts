import type { IncomingHttpHeaders } from 'node:http'
import type { Api, ApiAnswer } from '../mcp/api.ts'

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** A page that was led here by a name of its own (DNS rebinding) still says where it comes from. Programs say nothing. */
export function isOwnOrigin(origin: string | undefined, publicUrl: string): boolean {
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  const from = new URL(origin)
  const own = new URL(publicUrl)
  if (from.origin === own.origin) return true
  return LOOPBACK_NAMES.includes(from.hostname) && LOOPBACK_NAMES.includes(own.hostname)
}

export function hasToken({ authorization, token }: IncomingHttpHeaders): boolean {
  return /^bearer +\S/i.test(authorization ?? '') || (typeof token === 'string' && token.trim() !== '')
}

export function isBeginning(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'method' in message && message.method === 'initialize'
}

const OF_THE_TOKEN = ['not_authed', 'invalid_auth', 'token_revoked', 'token_expired', 'account_inactive']

/** The refusal of a wrong token. It is told when a client connects, where a person still looks. */
export async function judgeToken(api: Api): Promise<ApiAnswer | undefined> {
  const judged = await api('auth.test', {})
  return judged.ok || !OF_THE_TOKEN.includes(judged.error ?? '') ? undefined : judged
}
