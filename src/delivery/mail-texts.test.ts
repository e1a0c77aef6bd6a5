import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ids, NOW, NOW_SECONDS, TEAM } from '../../test/support/world.ts'
import { type Mail, type MailEntry, mailsOf } from './mail-texts.ts'

const AROUND = { teamName: 'Coffee Co', publicUrl: 'https://people.example.com' }
const changed: MailEntry = {
  kind: 'email_changed',
  seq: 7,
  teamId: TEAM,
  at: NOW,
  userId: ids.mel,
  from: 'mel@coffee.example',
  to: 'melanie@coffee.example',
}
const requested: MailEntry = { ...changed, kind: 'email_requested', code: 'the-code', expiresAt: NOW_SECONDS + 86_400 }

const byRecipient = (mails: readonly Mail[]) => Object.fromEntries(mails.map((mail) => [mail.to, mail]))

test('a changed address is told to the new one and to the old one, each with both', () => {
  const mails = byRecipient(mailsOf(changed, AROUND))
  assert.deepEqual(Object.keys(mails), ['melanie@coffee.example', 'mel@coffee.example'])
  for (const { text, subject, seq, at } of Object.values(mails)) {
    assert.ok(text.includes('melanie@coffee.example') && text.includes('mel@coffee.example.'), text)
    assert.ok(subject.includes('Coffee Co'))
    assert.deepEqual([seq, at], [7, NOW])
  }
  assert.notEqual(mails['mel@coffee.example']?.id, mails['melanie@coffee.example']?.id)
})

test('the link goes to the new address alone, and the old one is told that it will change', () => {
  const mails = byRecipient(mailsOf(requested, AROUND))
  const link = `https://people.example.com/confirm-email?team=${TEAM}&user=${ids.mel}&code=the-code`
  assert.ok(mails['melanie@coffee.example']?.text.includes(`\n${link}\n`))
  assert.ok(mails['melanie@coffee.example']?.text.includes('2026-01-16 10:00 UTC'))
  assert.ok(!mails['mel@coffee.example']?.text.includes('the-code'))
  assert.ok(mails['mel@coffee.example']?.text.includes('melanie@coffee.example'))
})

test('who had no address, or the same in other letters, gets one mail', () => {
  for (const entry of [changed, requested]) {
    assert.equal(mailsOf({ ...entry, from: null }, AROUND).length, 1)
    assert.equal(mailsOf({ ...entry, from: 'MELANIE@coffee.example' }, AROUND).length, 1)
  }
})

test('no name and no address begins a header of its own', () => {
  const evil = 'Coffee\r\nBcc: evil@evil.example\u2028\0'
  for (const entry of [changed, requested]) {
    for (const { subject } of mailsOf(entry, { ...AROUND, teamName: evil })) {
      assert.doesNotMatch(subject, /[\r\n\0\u2028]/)
    }
    assert.deepEqual(mailsOf({ ...entry, from: null, to: 'a@b.example\r\nBcc: x@y.example' }, AROUND), [])
    assert.deepEqual(mailsOf({ ...entry, from: null, to: 'a@b.example,x@y.example' }, AROUND), [])
  }
})
