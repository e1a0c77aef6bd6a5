import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../test/support/server.ts'
import { makeSignInCode, openSignIn, SIGN_IN_HOURS } from './sign-in.ts'

function begin(t: TestContext) {
  const folder = temporaryFolder(t)
  const clock = { at: 1_000_000, now: () => clock.at }
  let made = 0
  const makeToken = async () => `token ${++made}`
  return { folder, clock, code: makeSignInCode(folder, clock.at), signIn: openSignIn({ folder, clock, makeToken }) }
}

test('a code gives one token, once', async (t) => {
  const { code, signIn } = begin(t)
  assert.ok(signIn.peek(code))
  assert.equal(await signIn.redeem(code), 'token 1')
  assert.ok(!signIn.peek(code))
  assert.equal(await signIn.redeem(code), undefined)
})

test('of two who redeem at the same time, one gets a token', async (t) => {
  const { code, signIn } = begin(t)
  const tokens = await Promise.all([signIn.redeem(code), signIn.redeem(code)])
  assert.deepEqual(tokens.filter(Boolean), ['token 1'])
})

test('looking does not use a code up, nor does a wrong one', async (t) => {
  const { code, signIn } = begin(t)
  for (const wrong of ['', 'x', code.slice(1), `${code}x`]) {
    assert.ok(!signIn.peek(wrong))
    assert.equal(await signIn.redeem(wrong), undefined)
  }
  assert.ok(signIn.peek(code) && signIn.peek(code))
})

test('a code ends after its hours', async (t) => {
  const { code, clock, signIn } = begin(t)
  clock.at += SIGN_IN_HOURS * 3_600_000 - 1
  assert.ok(signIn.peek(code))
  clock.at += 1
  assert.ok(!signIn.peek(code))
  assert.equal(await signIn.redeem(code), undefined)
})

test('a new code takes the place of the one before', async (t) => {
  const { folder, code, clock, signIn } = begin(t)
  const next = makeSignInCode(folder, clock.at)
  assert.ok(!signIn.peek(code))
  assert.equal(await signIn.redeem(next), 'token 1')
})

test('the code is long, and only a hash of it is kept, for the owner alone', (t) => {
  const { folder, code } = begin(t)
  assert.equal(Buffer.from(code, 'base64url').length, 16)
  assert.deepEqual(readdirSync(folder), ['sign-in.json'])
  assert.ok(!readFileSync(join(folder, 'sign-in.json'), 'utf8').includes(code))
  assert.equal(statSync(join(folder, 'sign-in.json')).mode & 0o777, 0o600)
})
