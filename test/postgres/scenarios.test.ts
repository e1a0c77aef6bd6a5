import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { ALL_SCENARIOS } from '../../src/methods/all.scenarios.ts'
import { methodsByName } from '../../src/methods/index.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { checkAgainstSchema } from '../support/check-schema.ts'
import { startPostgres } from '../support/postgres.ts'
import { play } from '../support/scenario.ts'

const server = await startPostgres()
const store = await openPostgres({ url: await server.createDatabase(), tokenDigest: (token) => `test ${token}` })
const empty = await store.takeSnapshot()
after(async () => {
  await store.close()
  await server.stop()
})

for (const { method, scenarios } of ALL_SCENARIOS) {
  describe(`${method} on PostgreSQL`, () => {
    for (const scenario of scenarios) {
      test(scenario.name, async () => {
        const { json } = await play(method, scenario, openEmpty)
        const definition = methodsByName.get(method)
        assert.ok(definition)
        checkAgainstSchema(definition, json)
      })
    }
  })
}

/** The one store, with nothing in it: connecting anew for each scenario would take most of the time. */
async function openEmpty(): Promise<Store> {
  await store.restoreSnapshot(empty)
  return new Proxy(store, { get: (target, name) => (name === 'close' ? stayOpen : bound(target, name)) })
}

const stayOpen = async () => {}

function bound(target: Store, name: string | symbol): unknown {
  const member: unknown = Reflect.get(target, name)
  return typeof member === 'function' ? member.bind(target) : member
}
