import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { checkAgainstSchema } from '../../test/support/check-schema.ts'
import { type AnswerSeen, openMemory, startHarness } from '../../test/support/harness.ts'
import { play } from '../../test/support/scenario.ts'
import { aWorld } from '../../test/support/world.ts'
import { ALL_SCENARIOS } from './all.scenarios.ts'
import { METHODS, methodsByName } from './index.ts'

const ENGINES = { 'SQLite in memory': openMemory } as const

/** Every code that a method was seen to answer, `ok` among them. */
const seen = new Map<string, Set<string>>(METHODS.map(({ name }) => [name, new Set()]))

for (const [engine, open] of Object.entries(ENGINES)) {
  for (const { method, scenarios } of ALL_SCENARIOS) {
    describe(`${method} on ${engine}`, () => {
      for (const scenario of scenarios) {
        test(scenario.name, async () => note(method, await play(method, scenario, open)))
      }
    })
  }
}

describe('examples', () => {
  for (const method of METHODS) {
    for (const example of method.examples) {
      test(`${method.name}: ${example.title}`, async () => {
        const harness = await startHarness([aWorld()])
        const token = 'token' in example ? { as: example.token } : {}
        const answer = await harness.call(method.name, { ...token, by: 'form', args: example.args })
        for (const [key, value] of Object.entries(example.answer)) assert.deepEqual(answer.json[key], value, key)
        note(method.name, answer)
        await harness.close()
      })
    }
  }
})

after(() => {
  for (const method of METHODS) {
    const codes = seen.get(method.name) ?? new Set()
    assert.ok(codes.has('ok'), `no scenario of ${method.name} succeeds`)
    for (const code of method.errors as readonly string[]) {
      const isUnreachable = code in (('unreachable' in method && method.unreachable) || {})
      if (isUnreachable)
        assert.ok(!codes.has(code), `${method.name} says that ${code} is unreachable, yet it was answered`)
      else assert.ok(codes.has(code), `no scenario of ${method.name} ends in ${code}`)
    }
  }
})

/** Each answer met anywhere fits the method's declaration. */
function note(methodName: string, { json }: AnswerSeen): void {
  const method = methodsByName.get(methodName)
  assert.ok(method)
  seen.get(methodName)?.add(json.ok ? 'ok' : json.error)
  checkAgainstSchema(method, json)
}
