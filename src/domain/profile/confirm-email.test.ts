import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aWorld, ids, NOW, NOW_SECONDS } from '../../../test/support/world.ts'
import type { UserId } from '../ids.ts'
import type { User } from '../user.ts'
import { type ConfirmRequest, confirmEmail, judgeLink } from './confirm-email.ts'

const CODE = 'Zm9ydHktdHdvIGJ5dGVz'
const MEL: User = aWorld().users.find(({ id }) => id === ids.mel) ?? assert.fail()
const WAITING: User = {
  ...MEL,
  pendingEmail: { email: 'Melanie@coffee.example', code: CODE, expiresAt: NOW_SECONDS + 60 },
}
const FREE: ReadonlyMap<string, UserId> = new Map([['mel@coffee.example', ids.mel]])

function confirm(request: Partial<ConfirmRequest>) {
  return confirmEmail({ user: WAITING, code: CODE, emailOwners: FREE, now: NOW, ...request })
}

test('the right code lets the address hold, and tells of it', () => {
  const { link, user, events, facts, at } = confirm({})
  assert.equal(link, 'confirmed')
  assert.deepEqual(user, { ...MEL, email: 'Melanie@coffee.example', updated: NOW_SECONDS })
  assert.equal('pendingEmail' in user, false)
  assert.deepEqual(events, ['user_change', 'user_profile_changed'])
  assert.deepEqual(
    facts.map(({ kind }) => kind),
    ['email_changed', 'message'],
  )
  assert.equal(at, NOW)
})

test('a link works once', () => {
  const { user } = confirm({})
  assert.deepEqual(confirm({ user }), { link: 'used', user, events: [], facts: [], at: NOW })
})

test('whatever is not the code is refused, and changes nothing', () => {
  for (const code of ['', 'x', CODE.slice(1), `${CODE}x`, CODE.toLowerCase(), CODE.slice(0, -1), `${CODE}\0`]) {
    const outcome = confirm({ code })
    assert.deepEqual([outcome.link, outcome.user === WAITING], ['used', true], code)
  }
  const without: User = { ...WAITING, pendingEmail: { email: 'a@b.example', code: '', expiresAt: NOW_SECONDS + 60 } }
  assert.equal(confirm({ user: without, code: '' }).link, 'used')
  assert.equal(confirm({ user: MEL, code: '' }).link, 'used')
})

test('a link works until its time is over', () => {
  assert.equal(confirm({ now: NOW + 59_999 }).link, 'confirmed')
  const late = confirm({ now: NOW + 60_000 })
  assert.deepEqual([late.link, late.user === WAITING, late.facts], ['expired', true, []])
  assert.equal(confirm({ now: NOW + 60_000, code: 'wrong' }).link, 'used')
})

test('an address that somebody else has by now is not taken from them', () => {
  const outcome = confirm({ emailOwners: new Map([['melanie@coffee.example', ids.bob]]) })
  assert.deepEqual([outcome.link, outcome.user === WAITING, outcome.events], ['taken', true, []])
  assert.equal(confirm({ emailOwners: new Map([['melanie@coffee.example', ids.mel]]) }).link, 'confirmed')
})

test('nobody deactivated confirms anything', () => {
  assert.equal(confirm({ user: { ...WAITING, deleted: true } }).link, 'used')
})

test('a link is judged without being used', () => {
  assert.equal(judgeLink(WAITING, CODE, NOW), 'open')
  assert.equal(judgeLink(WAITING, CODE, NOW + 60_000), 'expired')
  assert.equal(judgeLink(WAITING, 'wrong', NOW), 'used')
  assert.equal(judgeLink(MEL, CODE, NOW), 'used')
})
