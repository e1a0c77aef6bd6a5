import { WebClient } from '@slack/web-api'
import { startNametag } from 'nametag/testing'
import { showMeeting } from './status-bot.js'

let nametag
let slack

beforeAll(async () => {
  nametag = await startNametag({ frozen: true })
  slack = new WebClient(nametag.token('ada'), { slackApiUrl: nametag.api, rejectRateLimitedCalls: true })
})
afterEach(() => nametag.reset())
afterAll(() => nametag.stop())

const statusText = async () => (await slack.users.profile.get({})).profile.status_text

test('the status goes when the meeting is over', async () => {
  expect(await showMeeting(slack, nametag.clock.now())).toBe('shown')
  expect(await statusText()).toBe('In a meeting')
  await nametag.clock.advance('2h')
  expect(await statusText()).toBe('')
})

test('the eleventh status within a minute has to wait', async () => {
  for (let meeting = 1; meeting <= 10; meeting++) {
    expect(await showMeeting(slack, nametag.clock.now())).toBe('shown')
  }
  expect(await showMeeting(slack, nametag.clock.now())).toBe('again in 60 seconds')
  await nametag.clock.advance('1m')
  expect(await showMeeting(slack, nametag.clock.now())).toBe('shown')
})

test('a token that was revoked is told apart', async () => {
  await nametag.faults.add({ method: 'users.profile.set', user: 'ada', error: 'token_revoked' })
  expect(await showMeeting(slack, nametag.clock.now())).toBe('signed out')
})
