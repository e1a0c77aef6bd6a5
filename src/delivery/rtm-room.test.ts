import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openMemory } from '../../test/support/harness.ts'
import { setTitle } from '../../test/support/relay.ts'
import { aGrant, aWorld, ids, STATUS_APP, TEAM } from '../../test/support/world.ts'
import { StorageUnavailable, type Store } from '../storage/store.ts'
import { createRtmRoom } from './rtm-room.ts'

const WAIT_MS = 20_000

/** A store of which one method meets an outage once. */
function withOutage(store: Store, method: 'readLog' | 'getTeam'): Store {
  let isAway = true
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...given: readonly unknown[]) => {
        if (name !== method || !isAway) return Reflect.apply(value, target, given)
        isAway = false
        return Promise.reject(new StorageUnavailable('It is away.'))
      }
    },
  })
}

async function tellThrough(t: TestContext, method: 'readLog' | 'getTeam') {
  const store = await openMemory()
  t.after(() => store.close())
  const { team, users } = aWorld()
  await store.addTeam(team, users)
  const errors: string[] = []
  const log = { error: (_: object, message: string) => void errors.push(message) }
  const room = createRtmRoom({ store: withOutage(store, method), publicUrl: () => '', log }, TEAM)
  t.after(() => room.close())
  const sent = Promise.withResolvers<string>()
  const line = { send: sent.resolve, close: () => undefined }
  await room.join({ line, grant: aGrant({ kind: 'bot', userId: ids.bot, appId: STATUS_APP, tokenId: 'one' }) })
  await setTitle(store, { title: 'told in the end' })
  const timer = setTimeout(() => sent.reject(new Error('Nothing was told.')), WAIT_MS)
  const text = await sent.promise.finally(() => clearTimeout(timer))
  return { title: JSON.parse(text).user.profile.title, errors: errors.length }
}

for (const method of ['readLog', 'getTeam'] as const) {
  test(`what could not be read is told when the store is back, without another change (${method})`, async (t) => {
    assert.deepEqual(await tellThrough(t, method), { title: 'told in the end', errors: 1 })
  })
}
