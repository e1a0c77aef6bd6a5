import { nametag } from 'nametag/client'
import { startNametag } from 'nametag/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { showMeeting } from './status-bot.js'

let server
let slack

beforeAll(async () => {
  server = await startNametag({ frozen: true })
  slack = nametag({
    token: server.token('ada'),
    apiUrl: server.api,
    // Waiting takes no time: it moves the server's clock.
    sleep: (milliseconds) => server.clock.advance(milliseconds / 1000),
  })
})
afterEach(() => server.reset())
afterAll(() => server.stop())

const statusText = async () => (await slack.users.profile.get()).profile.status_text

test('the status goes when the meeting is over', async () => {
  expect(await showMeeting(slack, server.clock.now())).toBe('shown')
  expect(await statusText()).toBe('In a meeting')
  await server.clock.advance('2h')
  expect(await statusText()).toBe('')
})

test('the eleventh status within a minute is shown a minute later', async () => {
  const start = server.clock.now()
  for (let meeting = 1; meeting <= 11; meeting++) {
    expect(await showMeeting(slack, server.clock.now())).toBe('shown')
  }
  expect(server.clock.now() - start).toBe(60)
  const calls = await server.calls()
  expect(calls.filter(({ status }) => status === 429)).toHaveLength(1)
})

test('a token that was revoked is told apart', async () => {
  await server.faults.add({ method: 'users.profile.set', user: 'ada', error: 'token_revoked' })
  expect(await showMeeting(slack, server.clock.now())).toBe('signed out')
})
