import assert from 'node:assert/strict'
import type { Case } from './conformance.ts'

const LONG = 600_000

export const TICKETS: readonly Case[] = [
  {
    name: 'a ticket that is kept again, as by one who has had no answer, is one ticket',
    run: async (place) => {
      const store = await place.open()
      assert.equal(await store.saveTicket('one', 'sealed one', LONG), true)
      assert.equal(await store.saveTicket('one', 'sealed one', LONG), true)
      assert.equal(await store.takeTicket('one'), 'sealed one')
      assert.equal(await store.takeTicket('one'), undefined)
    },
  },
  {
    name: 'a ticket gives what was kept for it, once',
    run: async (place) => {
      const store = await place.open()
      assert.equal(await store.saveTicket('one', 'sealed one', LONG), true)
      assert.equal(await store.saveTicket('two', 'sealed two', LONG), true)
      assert.equal(await store.takeTicket('unknown'), undefined)
      const taken = await Promise.all([store.takeTicket('one'), store.takeTicket('one'), store.takeTicket('one')])
      assert.deepEqual(
        taken.filter((sealed) => sealed !== undefined),
        ['sealed one'],
      )
      assert.equal(await store.takeTicket('one'), undefined)
      assert.equal(await store.takeTicket('two'), 'sealed two')
    },
  },
  {
    name: 'a ticket whose time is over gives nothing',
    run: async (place) => {
      const store = await place.open()
      await store.saveTicket('old', 'sealed', 0)
      assert.equal(await store.takeTicket('old'), undefined)
    },
  },
  {
    name: 'so many tickets are out at once and no more; those whose time is over make room',
    run: async (place) => {
      const store = await place.open({ ticketsMax: 2 })
      assert.equal(await store.saveTicket('one', '1', 0), true)
      assert.equal(await store.saveTicket('two', '2', LONG), true)
      assert.equal(await store.saveTicket('three', '3', LONG), true)
      assert.equal(await store.saveTicket('four', '4', LONG), false)
      assert.equal(await store.takeTicket('four'), undefined)
      assert.equal(await store.takeTicket('two'), '2')
      assert.equal(await store.saveTicket('four', '4', LONG), true)
    },
  },
]
