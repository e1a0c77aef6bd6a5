import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openMemory } from '../../test/support/harness.ts'
import type { SocketPass } from '../web-api/sockets.ts'
import { digestOfTicket, sealPass, unsealPass } from './sealed-pass.ts'
import { createTickets } from './tickets.ts'

const PASS: SocketPass = { kind: 'rtm', method: 'rtm.connect', token: 'xoxb-secret', ip: '2001:db8::1' }
const TICKET = 'AAAAAAAAAAAAAAAAAAAAAA'

describe('tickets', () => {
  test('are long, all different, and worth what they were issued for, once', async () => {
    const tickets = createTickets(await openMemory())
    const issued = await Promise.all(Array.from({ length: 50 }, () => tickets.issue(PASS)))
    assert.equal(new Set(issued).size, 50)
    for (const ticket of issued) {
      assert.equal(Buffer.from(ticket ?? '', 'base64url').length, 16)
      assert.deepEqual(await tickets.redeem(ticket ?? ''), PASS)
      assert.equal(await tickets.redeem(ticket ?? ''), undefined)
    }
  })

  test('of another form are not looked up', async () => {
    const looked: string[] = []
    const takeTicket = async (digest: string) => void looked.push(digest)
    const tickets = createTickets({ saveTicket: async () => true, takeTicket })
    for (const ticket of ['', 'abc', `${TICKET}A`, TICKET.replace('A', '/'), TICKET.replace('A', ' ')]) {
      assert.equal(await tickets.redeem(ticket), undefined)
    }
    assert.deepEqual(looked, [])
    await tickets.redeem(TICKET)
    assert.equal(looked.length, 1)
  })

  test('leave nothing in the store that tells the token or the ticket', () => {
    const kept = `${digestOfTicket(TICKET)} ${Buffer.from(sealPass(PASS, TICKET), 'base64url').toString('latin1')}`
    for (const secret of [TICKET, PASS.token, PASS.ip, 'rtm']) assert.ok(!kept.includes(secret))
    assert.notEqual(sealPass(PASS, TICKET), sealPass(PASS, TICKET))
  })

  test('open what was sealed for them, whole, and nothing else', () => {
    const sealed = sealPass(PASS, TICKET)
    assert.deepEqual(unsealPass(sealed, TICKET), PASS)
    assert.throws(() => unsealPass(sealed, TICKET.replace('A', 'B')))
    const bytes = Buffer.from(sealed, 'base64url')
    for (const at of [0, 12, 28, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      assert.throws(() => unsealPass(changed.toString('base64url'), TICKET))
    }
    assert.throws(() => unsealPass(bytes.subarray(0, 20).toString('base64url'), TICKET))
  })
})
