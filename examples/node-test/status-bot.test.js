import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { WebClient } from '@slack/web-api'
import { startNametag } from 'nametag/testing'
import { showMeeting } from './status-bot.js'

let nametag
let slack

before(async () => {
  nametag = await startNametag({ frozen: true })
  slack = new WebClient(nametag.token('ada'), { slackApiUrl: nametag.api, rejectRateLimitedCalls: true })
})
afterEach(() => nametag.reset())
after(() => nametag.stop())

const statusText = async () => (await slack.users.profile.get({})).profile.status_text

test('the status goes when the meeting is over', async () => {
  assert.equal(await showMeeting(slack, nametag.clock.now()), 'shown')
  assert.equal(await statusText(), 'In a meeting')
  await nametag.clock.advance('2h')
  assert.equal(await statusText(), '')
})

test('the eleventh status within a minute has to wait', async () => {
  for (let meeting = 1; meeting <= 10; meeting++) {
    assert.equal(await showMeeting(slack, nametag.clock.now()), 'shown')
  }
  assert.equal(await showMeeting(slack, nametag.clock.now()), 'again in 60 seconds')
  await nametag.clock.advance('1m')
  assert.equal(await showMeeting(slack, nametag.clock.now()), 'shown')
})

test('a token that was revoked is told apart', async () => {
  await nametag.faults.add({ method: 'users.profile.set', user: 'ada', error: 'token_revoked' })
  assert.equal(await showMeeting(slack, nametag.clock.now()), 'signed out')
})
