import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openSqlite } from '../storage/sqlite/open.ts'
import { makeSignInCode, openSignIn, SIGN_IN_HOURS, SIGN_IN_NOTE } from './sign-in.ts'

async function begin(t: TestContext) {
  const notes = await openSqlite({ path: ':memory:', tokenDigest: (token) => token })
  t.after(() => notes.close())
  const clock = { at: 1_000_000, now: () => clock.at }
  let made = 0
  const makeToken = async () => `token ${++made}`
  const code = await makeSignInCode(notes, clock.at, 1)
  return { notes, clock, code, signIn: openSignIn({ notes, clock, makeToken }), makeToken }
}

test('a code gives one token, once', async (t) => {
  const { code, signIn } = await begin(t)
  assert.ok(await signIn.peek(code))
  assert.equal(await signIn.redeem(code), 'token 1')
  assert.ok(!(await signIn.peek(code)))
  assert.equal(await signIn.redeem(code), undefined)
})

test('of two who redeem at the same time, one gets a token', async (t) => {
  const { code, signIn } = await begin(t)
  const tokens = await Promise.all([signIn.redeem(code), signIn.redeem(code)])
  assert.deepEqual(tokens.filter(Boolean), ['token 1'])
})

test('looking does not use a code up, nor does a wrong one', async (t) => {
  const { code, signIn } = await begin(t)
  for (const wrong of ['', 'x', code.slice(1), `${code}x`]) {
    assert.ok(!(await signIn.peek(wrong)))
    assert.equal(await signIn.redeem(wrong), undefined)
  }
  assert.ok((await signIn.peek(code)) && (await signIn.peek(code)))
})

test('a code ends after its hours', async (t) => {
  const { code, clock, signIn } = await begin(t)
  clock.at += SIGN_IN_HOURS * 3_600_000 - 1
  assert.ok(await signIn.peek(code))
  clock.at += 1
  assert.ok(!(await signIn.peek(code)))
  assert.equal(await signIn.redeem(code), undefined)
})

test('a new code takes the place of the one before', async (t) => {
  const { notes, code, clock, signIn } = await begin(t)
  const next = await makeSignInCode(notes, clock.at, 1)
  assert.ok(!(await signIn.peek(code)))
  assert.equal(await signIn.redeem(next), 'token 1')
})

test('of the codes that several nodes made at once, each is taken, at any node, and one of them once', async (t) => {
  const { notes, clock, signIn, makeToken } = await begin(t)
  const codes = await Promise.all([1, 2, 3].map(() => makeSignInCode(notes, clock.at, 3)))
  const nodes = [signIn, openSignIn({ notes, clock, makeToken })]
  for (const code of codes) for (const node of nodes) assert.ok(await node.peek(code))
  const tokens = await Promise.all(nodes.flatMap((node) => codes.map((code) => node.redeem(code))))
  assert.deepEqual(tokens.filter(Boolean), ['token 1'])
  for (const code of codes) assert.ok(!(await signIn.peek(code)))
})

test('the code is long, and only a hash of it is kept', async (t) => {
  const { notes, code } = await begin(t)
  assert.equal(Buffer.from(code, 'base64url').length, 16)
  const note = await notes.findNote(SIGN_IN_NOTE)
  assert.ok(note !== undefined && !note.includes(code))
})
