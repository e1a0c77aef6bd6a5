import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { FIELD_TYPES } from '../src/domain/team.ts'
import { METHODS, methodsByName } from '../src/methods/index.ts'
import { checkAgainstSchema } from './support/check-schema.ts'
import { type Harness, startHarness } from './support/harness.ts'
import { ODD_VALUES } from './support/odd-values.ts'
import type { Request } from './support/request.ts'
import { assertSlackForm } from './support/slack-form.ts'
import { anotherWorld, aTeam, aWorld } from './support/world.ts'

/** Every odd value in the place of every argument, in every form that arguments travel in. */

const FORMS = ['json', 'form', 'query', 'multipart', 'text'] as const

async function start(t: TestContext): Promise<Harness> {
  const harness = await startHarness([aWorld(), anotherWorld()], undefined, { enforceLimits: false })
  t.after(() => harness.close())
  return harness
}

/** Calls, and holds the answer against Slack's form and the method's declaration. */
async function call(
  harness: Harness,
  method: string,
  request: Request,
): Promise<{ readonly ok: boolean; readonly said: string }> {
  const about = `${method} ${JSON.stringify(request.args).slice(0, 200)} by ${request.by}`
  const answer = await harness.call(method, { as: 'xoxp-ada', ...request })
  assertSlackForm(answer, about, method === 'api.test')
  const declaration = methodsByName.get(method)
  assert.ok(declaration)
  checkAgainstSchema(declaration, answer.json)
  assert.deepEqual(harness.problems, [], about)
  return { ok: answer.json.ok, said: about }
}

describe('an odd value of', () => {
  for (const { name: method, args } of METHODS) {
    for (const argument of Object.keys(args)) {
      test(`${method}: ${argument}`, async (t) => {
        const harness = await start(t)
        for (const value of ODD_VALUES) {
          for (const by of FORMS) await call(harness, method, { by, args: { [argument]: value } })
        }
        assert.deepEqual(await harness.events(), [], 'one argument alone writes nothing')
        assert.equal(({} as { polluted?: unknown }).polluted, undefined)
      })
    }
  }
})

const KEYS = [
  'real_name',
  'first_name',
  'last_name',
  'display_name',
  'title',
  'phone',
  'pronouns',
  'email',
  'start_date',
  'status_text',
  'status_emoji',
  'status_expiration',
  'ooo_message',
  'fields',
  'skype',
  'image_24',
  'nonsense',
]

describe('an odd value in a profile, of', () => {
  for (const key of KEYS) {
    test(key, async (t) => {
      const harness = await start(t)
      for (const value of ODD_VALUES) {
        for (const by of FORMS) {
          const before = (await harness.events()).length
          const { ok, said } = await call(harness, 'users.profile.set', { by, args: { profile: { [key]: value } } })
          if (!ok) assert.equal((await harness.events()).length, before, `a refusal writes nothing: ${said}`)
        }
        if (!isObject(value)) await call(harness, 'users.profile.set', { by: 'form', args: { name: key, value } })
      }
      await readEverybody(harness)
    })
  }
})

describe('an odd value in a custom field, of type', () => {
  const fields = [...aTeam().fields.values()]
  for (const type of FIELD_TYPES) {
    test(type, async (t) => {
      const harness = await start(t)
      const id = fields.find((field) => field.type === type)?.id
      assert.ok(id)
      for (const value of ODD_VALUES) {
        for (const sent of [
          value,
          { value },
          { value: 'x', alt: value },
          { values: value },
          [{ value }],
          [{ value: 'x', alt: value }],
        ]) {
          await call(harness, 'users.profile.set', { by: 'json', args: { profile: { fields: { [id]: sent } } } })
        }
        await call(harness, 'users.profile.set', { by: 'json', args: { profile: { [id]: value } } })
        await call(harness, 'users.profile.set', { by: 'form', args: { name: id, value } })
      }
      await readEverybody(harness)
    })
  }
})

/** Whatever was taken can be read back in the form that the declaration promises. */
async function readEverybody(harness: Harness): Promise<void> {
  for (const { id } of aWorld().users) {
    const profile = await call(harness, 'users.profile.get', { by: 'form', args: { user: id, include_labels: true } })
    const user = await call(harness, 'users.info', { by: 'form', args: { user: id } })
    assert.ok(profile.ok && user.ok)
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
