import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { App } from '../../src/domain/team.ts'
import { connectSocket, type Message, type SocketClient } from './socket-client.ts'
import { type SocketTestOptions, type SocketTestServer, startSocketServer } from './socket-server.ts'
import { anApp, anotherWorld, aWorld, STATUS_APP, TEAM, type World, withTeam } from './world.ts'

const withApp = (more: Partial<App>) =>
  withTeam((team) => ({ ...team, apps: new Map([[STATUS_APP, { ...anApp(), ...more }]]) }))
export const socketWorlds = (more: Partial<App> = {}): World[] => [
  withApp({ socketMode: true, events: ['user_change'], ...more })(aWorld()),
  anotherWorld(),
]
export const start = (t: TestContext, options: SocketTestOptions = {}) =>
  startSocketServer(t, { worlds: socketWorlds(), ...options })

export async function openUrl(server: SocketTestServer): Promise<string> {
  const { ok, url } = await server.call('apps.connections.open', 'xapp-bot')
  assert.equal(ok, true)
  return url
}

/** A connection that has been greeted. */
export async function connect(t: TestContext, server: SocketTestServer): Promise<SocketClient> {
  const client = connectSocket(t, await openUrl(server))
  assert.equal((await client.next()).type, 'hello')
  return client
}

/** Acknowledges each event that has come, and each that will. */
export function acknowledgeAll(client: SocketClient): void {
  for (const { envelope_id } of envelopesOf(client)) client.send({ envelope_id })
  client.socket.on('message', () => {
    const { envelope_id } = client.messages.at(-1)
    if (envelope_id !== undefined) client.send({ envelope_id })
  })
}

export const setTitle = async (server: SocketTestServer, title: string) => {
  const answer = await server.call('users.profile.set', 'xoxp-ada', { profile: JSON.stringify({ title }) })
  assert.equal(answer.ok, true)
}
export const envelopesOf = ({ messages }: SocketClient): Message[] =>
  messages.filter(({ type }) => type === 'events_api')
export const titleOf = ({ payload }: Message): string => payload.event.user.profile.title
export const waiting = (server: SocketTestServer) =>
  server.store.findUndelivered(TEAM, `app:${TEAM}/${STATUS_APP}`, 100)
