import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHANGED, change, PROFILE, person, refusal } from '../../../test/support/change-profile.ts'
import { aTeam, ids, NOW_SECONDS } from '../../../test/support/world.ts'
import { isRefusal } from '../errors.ts'
import type { Team } from '../team.ts'
import { PENDING_EMAIL_SECONDS } from './change-email.ts'
import { emailsOf } from './change-profile.ts'
import { parsePatch } from './parse-patch.ts'

test('an admin changes an address, also only in its case', () => {
  for (const email of ['new@coffee.example', 'Mel@Coffee.example']) {
    const { user, emailPending } = change({ as: 'ada', on: 'mel', profile: { email } })
    assert.equal(user.email, email)
    assert.equal(emailPending, undefined)
  }
  assert.equal(change({ as: 'ada', profile: { email: 'ada@new.example' } }).user.email, 'ada@new.example')
})

test('an address equal to the present one is refused to nobody', () => {
  const free: Team = { ...aTeam(), plan: 'free' }
  assert.deepEqual(change({ team: free, profile: { email: 'mel@coffee.example' } }).events, [])
  const nobody = { ...person('mel'), email: null }
  assert.equal(change({ on: nobody, profile: { email: '' } }).user, nobody)
})

test('an address that holds at once is told by mail and by Slackbot, and nothing waits any more', () => {
  const waiting = { ...person('mel'), pendingEmail: { email: 'old@plan.example', code: 'c', expiresAt: NOW_SECONDS } }
  const { user, events, facts } = change({ as: 'ada', on: waiting, profile: { email: 'new@coffee.example' } })
  assert.deepEqual(user, { ...person('mel'), email: 'new@coffee.example', updated: NOW_SECONDS })
  assert.deepEqual(events, [CHANGED, PROFILE])
  const [changed, message] = facts ?? []
  assert.deepEqual(changed, {
    kind: 'email_changed',
    userId: ids.mel,
    from: 'mel@coffee.example',
    to: 'new@coffee.example',
  })
  assert.equal(message?.kind === 'message' && message.userId, ids.mel)
  assert.match(message?.kind === 'message' ? message.text : '', /new@coffee\.example.*mel@coffee\.example/)
  assert.deepEqual(change({ profile: { title: 'x' } }).facts, [])
})

test('an address waits for its confirmation where the team says so', () => {
  const team = aTeam()
  const confirm: Team = { ...team, compat: { ...team.compat, emailChange: 'confirm' } }
  const mel = person('mel')
  const alone = change({ as: 'ada', on: mel, team: confirm, profile: { email: 'new@coffee.example' } })
  const pendingEmail = { email: 'new@coffee.example', code: 'the-code', expiresAt: NOW_SECONDS + PENDING_EMAIL_SECONDS }
  // Nobody is told, and `updated` stays, as nothing that anybody sees has changed.
  assert.deepEqual([alone.user, alone.events], [{ ...mel, pendingEmail }, []])
  assert.deepEqual(alone.facts, [
    {
      kind: 'email_requested',
      userId: ids.mel,
      from: mel.email,
      to: pendingEmail.email,
      code: pendingEmail.code,
      expiresAt: pendingEmail.expiresAt,
    },
  ])
  assert.equal(alone.emailPending, 'new@coffee.example')

  const more = change({ as: 'ada', on: mel, team: confirm, profile: { email: 'new@coffee.example', title: 'x' } })
  assert.deepEqual([more.user.email, more.user.profile.title], [mel.email, 'x'])
  assert.equal(more.emailPending, 'new@coffee.example')
  assert.deepEqual(more.events, [CHANGED, PROFILE])

  const second = change({ as: 'ada', on: alone.user, team: confirm, profile: { email: 'newer@coffee.example' } })
  assert.deepEqual(second.user, { ...mel, pendingEmail: { ...pendingEmail, email: 'newer@coffee.example' } })
  const other = change({ as: 'ada', on: alone.user, team: confirm, profile: { title: 'x', email: mel.email } })
  assert.deepEqual(other.user.pendingEmail, pendingEmail, 'sending the present address back takes nothing away')
  assert.deepEqual([other.facts, 'emailPending' in other], [[], false])

  const same = change({ as: 'ada', on: mel, team: confirm, profile: { email: 'mel@coffee.example' } })
  assert.equal('emailPending' in same, false)
  const taken = refusal({ as: 'ada', on: mel, team: confirm, profile: { email: 'bob@coffee.example' } })
  assert.equal(taken.refused, 'email_taken')
})

test('a bot has no address', () => {
  const { user, notices } = change({ as: 'owen', on: 'bot', profile: { email: 'bot@coffee.example', title: 'Bot' } })
  assert.deepEqual([user.email, user.profile.title], [null, 'Bot'])
  assert.match(notices.join(), /`email`/)
})

test('the addresses a patch asks about are folded, and nonsense is not asked about', () => {
  const of = (email: string) => {
    const patch = parsePatch({ profile: { email } })
    return isRefusal(patch) ? assert.fail() : emailsOf(patch)
  }
  assert.deepEqual(of('Bob@Coffee.example'), ['bob@coffee.example'])
  assert.deepEqual(of('x'.repeat(1000)), [])
})
