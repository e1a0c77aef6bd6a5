import { refuse } from '../domain/errors.ts'
import type { TokensRevoked } from '../domain/event.ts'
import type { Grant } from '../domain/grant.ts'
import { arg } from '../web-api/arguments.ts'
import { tier } from '../web-api/limits.ts'
import { defineMethod } from '../web-api/method.ts'
import { schema } from '../web-api/schema.ts'

export const authRevoke = defineMethod({
  name: 'auth.revoke',
  summary: 'Revoke the token that calls.',
  docs: [
    'From then on every call with the token is answered `token_revoked`. The app that it belongs to hears of it as',
    '`tokens_revoked`. Other tokens of the same user stay as they are.',
  ].join('\n'),
  verb: 'GET',
  tokens: ['user', 'bot', 'app', 'workspace'],
  scopes: [],
  rate: [tier(3)],
  args: {
    test: arg.boolean({ doc: '`true` tries the call out: nothing is revoked.', example: 'true' }),
  },
  response: schema.object({ revoked: schema.boolean() }),
  errors: ['not_bearer_token'],
  unreachable: {
    not_bearer_token: 'Every token here is a bearer token.',
  },
  examples: [
    { title: 'Try it out', token: 'xoxp-ada', args: { test: true }, answer: { ok: true, revoked: false } },
    { title: 'Revoke it', token: 'xoxp-ada', args: {}, answer: { ok: true, revoked: true } },
  ],

  async handle({ args, grant, store, now }) {
    if (args.test) return { revoked: false }
    const revoked = await store.revokeToken(grant.teamId, grant.tokenId, Math.floor(now / 1000), tellOf)
    // Another call with the same token came first.
    return revoked ? { revoked } : refuse('token_revoked')
  },
})

/** Slack: `tokens_revoked` lists users, apart by user and bot tokens. Tokens of no app, or of the app itself, concern
 * nobody whom it could name. */
export function tellOf({ kind, userId, appId }: Grant): TokensRevoked | undefined {
  if (appId === null || (kind !== 'user' && kind !== 'bot')) return undefined
  const users = [userId]
  return {
    kind: 'tokens_revoked',
    userId,
    appId,
    oauth: kind === 'user' ? users : [],
    bot: kind === 'bot' ? users : [],
  }
}
