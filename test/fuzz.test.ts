import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { METHODS, methodsByName } from '../src/methods/index.ts'
import { checkAgainstSchema } from './support/check-schema.ts'
import { type Harness, startHarness } from './support/harness.ts'
import { ODD_VALUES } from './support/odd-values.ts'
import type { Request } from './support/request.ts'
import { assertSlackForm } from './support/slack-form.ts'
import { anotherWorld, aTeam, aWorld, ids, NOW_SECONDS } from './support/world.ts'

/** Random calls through the whole pipeline. A failure prints its seed and the smallest call that fails; the same seed
 * makes the same calls. `NAMETAG_FUZZ_RUNS` makes more of them. */

const RUNS = Number(process.env.NAMETAG_FUZZ_RUNS ?? 2000)
const SEED = Number(process.env.NAMETAG_FUZZ_SEED ?? 20_260_115)

const oneOf = <Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const text = fc.string({ unit: 'binary', maxLength: 40 })
/** Also halves of surrogate pairs, which no text of whole characters has. */
const wildText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
  .map((codes) => String.fromCharCode(...codes))
const name = fc
  .array(oneOf('Ada', 'Lovelace', 'Ł', '汉语', 'slackbot', '@', ' ', 'x'.repeat(30)), { maxLength: 4 })
  .map((words) => words.join(' '))
const odd = oneOf(...ODD_VALUES)
const anything = fc.oneof(odd, wildText, fc.jsonValue({ maxDepth: 4 }), text)

const token = oneOf(
  'xoxp-pia',
  'xoxp-ada',
  'xoxp-mel',
  ...aWorld().tokens.map((entry) => entry.token),
  'xoxp-elsewhere',
  'x',
)
const userId = oneOf('', ...Object.values(ids), 'U0NOBODY99', 'u', 'U0PETRA001')
const emoji = oneOf(
  ':train:',
  ':wave::skin-tone-3:',
  ':party_parrot:',
  ':shipit:',
  '',
  ':',
  '::',
  '🚂',
  ':nothing_like_it:',
)
const link = fc.oneof(fc.webUrl(), oneOf('mailto:a@b.example', 'javascript:x', 'https:/', ''))
const tags = fc.array(fc.record({ value: text, alt: text }, { requiredKeys: ['value'] }), { maxLength: 80 })

/** Mostly what a field of its type takes, so that writes pass too. */
const fieldValue = fc.oneof(
  text,
  fc.record(
    { value: fc.oneof(text, link, oneOf('Gryffindor', '2026-02-28', `${ids.ada},${ids.mel}`)), alt: text },
    { requiredKeys: [] },
  ),
  fc.record({ value: tags, alt: text }, { requiredKeys: ['value'] }),
  tags,
  anything,
)
const fields = fc.dictionary(oneOf(...aTeam().fields.keys(), 'Xf0NOBODY1', 'nonsense'), fieldValue, { maxKeys: 3 })

const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  real_name: name,
  first_name: name,
  last_name: name,
  display_name: fc.oneof(name, text),
  title: text,
  phone: text,
  pronouns: text,
  email: fc.oneof(fc.emailAddress(), oneOf('mel@coffee.example', '', 'x')),
  start_date: oneOf('2026-01-15', '0000-00-00', ''),
  status_text: fc.oneof(text, oneOf('')),
  status_emoji: emoji,
  status_expiration: fc.oneof(fc.nat({ max: NOW_SECONDS * 2 }), oneOf<unknown>('0', '', -1, 1.5)),
  fields,
  skype: text,
  ooo_message: anything,
}
/** One refused value refuses the whole call, so a patch has few keys. */
const profile = fc
  .array(fc.oneof(...Object.entries(values).map(([key, value]) => fc.tuple(fc.constant(key), value))), { maxLength: 4 })
  .map((entries): Record<string, unknown> => Object.fromEntries(entries))
const oddProfile = fc.dictionary(fc.oneof(text, wildText, oneOf('title', 'fields', '__proto__')), anything, {
  maxKeys: 60,
})

const absent = fc.constant(undefined)
/** Once in ten times. */
const seldom = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 9, arbitrary: absent }, { weight: 1, arbitrary })
const profileArgument = fc.oneof(
  { weight: 6, arbitrary: profile as fc.Arbitrary<unknown> },
  { weight: 2, arbitrary: profile.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: oddProfile },
  { weight: 1, arbitrary: anything },
)
const args = fc.record({
  profile: fc.oneof({ weight: 1, arbitrary: absent }, { weight: 6, arbitrary: profileArgument }),
  user: fc.oneof(absent, userId, seldom(anything)),
  name: seldom(fc.oneof(oneOf('title', 'first_name', 'status_text', 'username', 'Xf0TEXT001'), anything)),
  value: seldom(anything),
  include_labels: seldom(fc.oneof(oneOf<unknown>('true', '1', true, false), anything)),
  include_locale: seldom(anything),
  visibility: seldom(fc.oneof(oneOf('all', 'visible', 'hidden'), anything)),
  error: seldom(anything),
  token: seldom(fc.oneof(token, anything)),
  team_id: seldom(anything),
})

const contentType = oneOf(
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=iso-8859-1',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=b',
  'text/plain',
  'text/html',
  'x',
  '',
)

const headers = fc.record(
  {
    'content-type': contentType,
    'x-slack-user': userId,
    token,
    authorization: fc.oneof(text, oneOf('Bearer ', 'Bearer')),
  },
  { requiredKeys: [] },
)
const body = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json(),
)
const query = fc.oneof(text, oneOf('profile=', 'user=&name=title', 'a[]=1', '%', '&&&', '=', 'token=xoxp-ada'))

const request: fc.Arbitrary<Request> = fc
  .record({
    as: token,
    args,
    by: oneOf('json', 'json', 'form', 'query', 'multipart', 'text', 'none'),
    verb: seldom(oneOf('GET', 'POST', 'PUT', 'HEAD')),
    headers: seldom(headers),
    body: seldom(body),
    query: seldom(query),
    ip: seldom(oneOf('::1', '::ffff:10.0.0.1', '')),
  })
  .map((made) => withoutAbsent({ ...made, args: withoutAbsent(made.args) }) as Request)

function withoutAbsent(object: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

const methodName = fc.oneof(
  { weight: 12, arbitrary: oneOf(...METHODS.map((method) => method.name), ...Array(6).fill('users.profile.set')) },
  text,
)

async function callOnce(harness: Harness, method: string, sent: Request): Promise<void> {
  const { changes } = harness.store.stats()
  const answer = await harness.call(method, sent)
  const about = `${method} ${JSON.stringify(sent).slice(0, 1000)}`
  assertSlackForm(answer, about, method === 'api.test')
  assert.deepEqual(harness.problems, [], about)
  const declaration = methodsByName.get(method)
  if (declaration) checkAgainstSchema(declaration, answer.json)
  if (!answer.json.ok) assert.equal(harness.store.stats().changes, changes, `a refusal writes nothing: ${about}`)
}

test(`${RUNS} random calls are answered in Slack's form`, async (t) => {
  const harness = await startHarness([aWorld(), anotherWorld()], undefined, { enforceLimits: false })
  // Revoking goes on elsewhere: here it would soon leave no token to call with.
  const elsewhere = await startHarness([aWorld()], undefined, { enforceLimits: false })
  t.after(() => Promise.all([harness.close(), elsewhere.close()]))
  await fc.assert(
    fc.asyncProperty(methodName, request, async (method, sent) => {
      await callOnce(method === 'auth.revoke' ? elsewhere : harness, method, sent)
    }),
    { numRuns: RUNS, seed: SEED },
  )
  const writes = harness.store.stats().changes
  t.diagnostic(`${writes} of them wrote something`)
  assert.ok(writes > RUNS / 50, `only ${writes} calls wrote something: the calls are too wild to test much`)
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})

test('a profile that was read and sent back changes nothing, whatever was set before', async (t) => {
  const harness = await startHarness([aWorld(), anotherWorld()], undefined, { enforceLimits: false })
  t.after(() => harness.close())
  await fc.assert(
    fc.asyncProperty(profile, async (patch) => {
      await harness.call('users.profile.set', { as: 'xoxp-pia', args: { user: ids.mel, profile: patch } })
      const { json: read } = await harness.call('users.profile.get', { as: 'xoxp-pia', args: { user: ids.mel } })
      const { changes } = harness.store.stats()
      const { json: again } = await harness.call('users.profile.set', {
        as: 'xoxp-pia',
        args: { user: ids.mel, profile: read.profile },
      })
      assert.equal(again.ok, true, JSON.stringify(again))
      assert.deepEqual(again.profile, read.profile)
      assert.equal(harness.store.stats().changes, changes, JSON.stringify(read.profile))
    }),
    { numRuns: RUNS / 4, seed: SEED },
  )
})
