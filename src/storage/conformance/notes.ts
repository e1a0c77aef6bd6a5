import assert from 'node:assert/strict'
import type { Case } from './conformance.ts'
import { ADA, grant, TEAM, team, user } from './people.ts'

export const NOTES: readonly Case[] = [
  {
    name: 'a note is what was put last, and each stands for itself',
    run: async (place) => {
      const store = await place.open()
      assert.equal(await store.findNote('one'), undefined)
      assert.equal(await store.putNote('one', 'a', null), true)
      assert.equal(await store.putNote('two', 'b', null), true)
      assert.equal(await store.putNote('one', 'c', 'a'), true)
      assert.equal(await store.findNote('one'), 'c')
      assert.equal(await store.findNote('two'), 'b')
      assert.equal(await store.putNote('one', null, 'c'), true)
      assert.equal(await store.findNote('one'), undefined)
    },
  },
  {
    name: 'a note that is not as expected stays as it is',
    run: async (place) => {
      const store = await place.open()
      assert.equal(await store.putNote('one', 'b', 'a'), false)
      assert.equal(await store.findNote('one'), undefined)
      assert.equal(await store.putNote('one', null, null), true)
      assert.equal(await store.putNote('one', 'a', null), true)
      for (const [value, expected] of [
        ['b', null],
        ['b', 'A'],
        [null, null],
        [null, 'b'],
      ] as const) {
        assert.equal(await store.putNote('one', value, expected), false)
        assert.equal(await store.findNote('one'), 'a')
      }
    },
  },
  {
    name: 'of many who put a note at once, one succeeds',
    run: async (place) => {
      const store = await place.open()
      const values = Array.from({ length: 20 }, (_, index) => `value ${index}`)
      for (const expected of [null, 'between']) {
        const done = await Promise.all(values.map((value) => store.putNote('one', value, expected)))
        const won = values.filter((_, index) => done[index])
        assert.equal(won.length, 1)
        assert.equal(await store.findNote('one'), won[0])
        if (expected === null) assert.ok(await store.putNote('one', 'between', won[0] ?? ''))
      }
    },
  },
  {
    name: 'notes stay while all else is replaced',
    run: async (place) => {
      const store = await place.open()
      const snapshot = await store.takeSnapshot()
      await store.addTeam(team(), [user(ADA)])
      await store.putNote('one', 'a', null)
      await store.restoreSnapshot(snapshot)
      assert.deepEqual(await store.findTeams(null, 1000), [])
      assert.equal(await store.findNote('one'), 'a')
    },
  },
  {
    name: 'a store knows whether it has any token, a revoked one too',
    run: async (place) => {
      const store = await place.open()
      await store.addTeam(team(), [user(ADA)])
      assert.equal(await store.hasTokens(), false)
      await store.addToken('xoxp-ada', grant('one'))
      assert.equal(await store.hasTokens(), true)
      await store.revokeToken(TEAM, 'one', 500)
      assert.equal(await store.hasTokens(), true)
    },
  },
]
