import { systemClock } from '../clock.ts'
import type { Grant } from '../domain/grant.ts'
import { ask } from './ask.ts'
import type { TokenCreate, TokenList, TokenRevoke } from './command.ts'
import { type Terminal, table } from './terminal.ts'
import type { NewToken, TokenRequest } from './token-requests.ts'

export type TokenCommand = TokenCreate | TokenList | TokenRevoke

/** Makes, lists or revokes tokens, through the running server or, where none runs, by itself. */
export async function token(command: TokenCommand, terminal: Terminal): Promise<number> {
  const answer = await ask(command.place, requestOf(command))
  if (!answer.ok) {
    terminal.error(`nametag: ${answer.error}\n`)
    return 1
  }
  if (command.json) terminal.out(`${JSON.stringify(answer.result)}\n`)
  else tell(command.run, answer.result, terminal)
  return 0
}

function requestOf(command: TokenCommand): TokenRequest {
  switch (command.run) {
    case 'token create': {
      const { run, team, user, app, scopes, kind, expiresInSeconds } = command
      return { command: run, team, user, app, scopes, kind, expiresInSeconds }
    }
    case 'token list':
      return { command: command.run, team: command.team }
    case 'token revoke':
      return { command: command.run, team: command.team, tokenId: command.tokenId }
    default:
      return command satisfies never
  }
}

function tell(run: TokenCommand['run'], result: unknown, terminal: Terminal): void {
  if (run === 'token create') {
    const made = result as NewToken
    terminal.out(`${made.token}\n`)
    terminal.error(`Its id is ${made.grant.tokenId}. The token is shown this once; only a digest of it is kept.\n`)
    return
  }
  if (run === 'token revoke') {
    terminal.out(`Revoked ${(result as { revoked: string }).revoked}.\n`)
    return
  }
  const { tokens } = result as { tokens: readonly Grant[] }
  const now = systemClock.now() / 1000
  const rows = tokens.map((grant) => [
    grant.tokenId,
    grant.kind,
    grant.teamId,
    grant.userId,
    grant.appId ?? '-',
    stateOf(grant, now),
    grant.createdAt === 0 ? '-' : dayOf(grant.createdAt),
    grant.scopes.join(','),
  ])
  const head = ['ID', 'KIND', 'TEAM', 'USER', 'APP', 'STATE', 'CREATED', 'SCOPES']
  terminal.out(`${table([head, ...rows]).join('\n')}\n`)
}

function stateOf({ revoked, expiresAt }: Grant, now: number): string {
  if (revoked) return 'revoked'
  if (expiresAt === 0) return 'valid'
  return expiresAt > now ? `until ${dayOf(expiresAt)}` : 'expired'
}

function dayOf(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? '-' : date.toISOString().slice(0, 10)
}
