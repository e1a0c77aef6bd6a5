import { writeFileSync } from 'node:fs'
import type { Agent } from 'node:http'
import { join } from 'node:path'
import { type RunningProgram, startProgram } from './process.ts'
import { type Received, send } from './send.ts'
import { type Cleanup, temporaryFolder } from './server.ts'
import { SECRET } from './subscriber.ts'

/** Whole servers on one database. */
export interface NodesOptions {
  readonly databaseUrl: string
  /** How many people there are; each has a token. */
  readonly people: number
  /** Where an app is told of changes. */
  readonly requestUrl?: string
  /** Whether another app listens in Socket Mode. */
  readonly socketMode?: boolean
}

export interface Nodes {
  /** Starts one more. */
  start(flags?: readonly string[]): Promise<RunningProgram>
}

export const NODES_TEAM = 'T0NODES001'
export const SOCKET_TOKEN = 'xapp-socket'
export const personOf = (index: number) => `U0N${String(index).padStart(6, '0')}`
export const tokenOf = (index: number) => `xoxp-person${index}`

export function prepareNodes(t: Cleanup, options: NodesOptions): Nodes {
  const folder = temporaryFolder(t)
  const workspace = join(folder, 'workspace.json')
  writeFileSync(workspace, JSON.stringify(workspaceOf(options)))
  const flags = ['--database-url', options.databaseUrl, '--token-key', join(folder, 'token.key')]
  return {
    start: (more = []) =>
      startProgram(t, [...flags, '--workspace', workspace, '--allow-private-webhooks', ...more], { command: 'serve' }),
  }
}

/** Sets one's own profile. */
export function setProfile(
  { api }: { readonly api: string },
  { token, profile, agent }: { readonly token: string; readonly profile: object; readonly agent?: Agent },
): Promise<Received> {
  return send(`${api}users.profile.set`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ profile }),
    ...(agent === undefined ? {} : { agent }),
  })
}

export function getProfile({ api }: { readonly api: string }, token: string): Promise<Received> {
  return send(`${api}users.profile.get`, { method: 'GET', headers: { authorization: `Bearer ${token}` } })
}

function workspaceOf({ people, requestUrl, socketMode = false }: NodesOptions): object {
  const bot = { role: 'bot', profile: {} }
  const app = { signing_secret: SECRET, verification_token: '', events: ['user_change'] }
  const apps = [
    ...(requestUrl === undefined
      ? []
      : [{ ...app, id: 'A0WEBHOOK1', name: 'Webhook', bot_user: 'U0BOT00001', request_url: requestUrl }]),
    ...(socketMode ? [{ ...app, id: 'A0SOCKET01', name: 'Socket', bot_user: 'U0BOT00002', socket_mode: true }] : []),
  ]
  return {
    team: { id: NODES_TEAM, name: 'Nodes', domain: 'nodes', plan: 'paid' },
    users: [
      ...Array.from({ length: people }, (_, index) => ({
        id: personOf(index),
        name: `person${index}`,
        role: index === 0 ? 'primary_owner' : 'member',
      })),
      ...apps.map(({ bot_user }) => ({ ...bot, id: bot_user, name: bot_user.toLowerCase() })),
    ],
    apps,
    tokens: [
      ...Array.from({ length: people }, (_, index) => ({
        token: tokenOf(index),
        user: personOf(index),
        scopes: ['users.profile:write', 'users.profile:read'],
      })),
      ...apps.map(({ id, bot_user }) => ({ token: `xoxb-${id}`, user: bot_user, app: id, scopes: ['users:read'] })),
      ...(socketMode
        ? [{ token: SOCKET_TOKEN, user: personOf(0), app: 'A0SOCKET01', scopes: ['connections:write'] }]
        : []),
    ],
  }
}
