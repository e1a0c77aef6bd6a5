import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { isUpToDate, renderOpenApi } from '../scripts/lib/openapi-file.ts'
import type { App } from '../src/domain/team.ts'
import { methodsByName } from '../src/methods/index.ts'
import {
  apiTestScenarios,
  authTestScenarios,
  profileGetScenarios,
  teamProfileScenarios,
  usersInfoScenarios,
} from '../src/methods/reading.scenarios.ts'
import { fieldScenarios } from '../src/methods/users.profile.set.fields.scenarios.ts'
import { nameScenarios } from '../src/methods/users.profile.set.names.scenarios.ts'
import { patchScenarios } from '../src/methods/users.profile.set.patch.scenarios.ts'
import { statusScenarios } from '../src/methods/users.profile.set.status.scenarios.ts'
import { whoScenarios } from '../src/methods/users.profile.set.who.scenarios.ts'
import { makeOpenApi } from '../src/openapi/make-openapi.ts'
import { type AnswerSeen, startHarness } from './support/harness.ts'
import { OCP_PROFILE_REQUIRED, OCP_REQUIRED, ocpSchema } from './support/ocp-schema.ts'
import type { Scenario } from './support/scenario.ts'
import { send } from './support/send.ts'
import { startTestServer } from './support/server.ts'
import { anotherWorld, aWorld, ids, STATUS_APP, type World, withTeam } from './support/world.ts'

const SETTING = [statusScenarios, nameScenarios, fieldScenarios, whoScenarios, patchScenarios]
const READING = [profileGetScenarios, usersInfoScenarios, teamProfileScenarios, authTestScenarios, apiTestScenarios]

const document = makeOpenApi({
  methods: [...methodsByName.values()],
  serverUrl: 'http://127.0.0.1:4390/api',
  version: '0.0.0',
})

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, keywords: ['x-enumDescriptions'] })
addFormats.default(ajv)

describe('docs/openapi.json', () => {
  test('says what the declarations say', () => {
    assert.ok(isUpToDate(renderOpenApi()), 'run npm run openapi')
  })

  test('would be noticed where it is missing or out of date', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'nametag-openapi-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'openapi.json')
    assert.equal(isUpToDate('{}\n', file), false)
    writeFileSync(file, '{}')
    assert.equal(isUpToDate('{}\n', file), false)
    writeFileSync(file, '{}\n')
    assert.equal(isUpToDate('{}\n', file), true)
  })
})

describe('two independent validators', () => {
  const text = renderOpenApi()

  test('find nothing against the document', async () => {
    assert.deepEqual(await problemsOf(text), [])
  })

  for (const [what, from, to] of [
    ['an unknown key', '"operationId"', '"operationid"'],
    ['a parameter that stands nowhere', '"in": "header"', '"in": "head"'],
    ['a server without an address', '"url": "http', '"uri": "http'],
  ] as const) {
    test(`find ${what}, each of them`, async () => {
      assert.ok(text.includes(from))
      const problems = await problemsOf(text.replaceAll(from, to))
      for (const by of ['schema', 'rules'])
        assert.ok(
          problems.some((problem) => problem.startsWith(by)),
          by,
        )
    })
  }
})

describe('/openapi.json', () => {
  test('is served to any page, under the name that it was called by', async (t) => {
    const { url, port } = await startTestServer(t)
    const answer = await send(`${url}/openapi.json`, { method: 'GET' })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['access-control-allow-origin'], '*')
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    assert.deepEqual(answer.json.servers, [{ url: `http://127.0.0.1:${port}/api` }])
    assert.deepEqual(
      { ...answer.json, servers: [] },
      { ...JSON.parse(renderOpenApi()), servers: [] },
      'beside the address it is docs/openapi.json',
    )

    for (const host of ['nametag.test:8080', 'NameTag.test', '[::1]:4390', 'a-b.example.com', '192.168.0.7']) {
      const { json } = await send(`${url}/openapi.json`, { method: 'GET', headers: { host } })
      assert.deepEqual(json.servers, [{ url: `http://${host.toLowerCase()}/api` }])
    }
  })

  test('names its own address where the caller names none that could be one', async (t) => {
    const { url, port } = await startTestServer(t)
    for (const host of ['a/b', 'a@b', 'a b', 'a?b', 'a:99999', '"><script>', `${'a'.repeat(300)}.test`, '[zz]', '-']) {
      const { json } = await send(`${url}/openapi.json`, { method: 'GET', headers: { host } })
      assert.deepEqual(json.servers, [{ url: `http://127.0.0.1:${port}/api` }], host)
    }
  })

  test('stays right however many names it is called by', async (t) => {
    const { url } = await startTestServer(t)
    for (let round = 0; round < 2; round++) {
      for (let name = 0; name < 20; name++) {
        const { json } = await send(`${url}/openapi.json`, { method: 'GET', headers: { host: `n${name}.test` } })
        assert.equal(json.servers[0].url, `http://n${name}.test/api`)
      }
    }
  })
})

describe('answers fit what the document says of them', () => {
  for (const { method, scenarios } of [...SETTING, ...READING]) {
    test(`${method}: ${scenarios.length} scenarios, from ${scenarios[0]?.name}`, async () => {
      const answers = await answersOf(method, scenarios, (world) => world)
      for (const { scenario, answer } of answers) assertDescribed(method, answer, scenario.name)
    })
  }
})

describe('the schema on the Open Context Protocol’s page', () => {
  const strict = compile(ocpSchema({ open: false }))
  const open = compile(ocpSchema({ open: true }))

  for (const { method, scenarios } of SETTING) {
    test(`holds in full for apps that ask for the answers of 2021: from ${scenarios[0]?.name}`, async () => {
      const answers = await answersOf(method, scenarios, answering('2021'))
      const successes = answers.filter(({ answer }) => answer.json.ok)
      assert.ok(successes.length > 5)
      for (const { scenario, answer } of successes) strict(answer.json, scenario.name)
    })

    test(`holds but for newer keys for all others: from ${scenarios[0]?.name}`, async () => {
      const answers = await answersOf(method, scenarios, answering('modern'))
      for (const { scenario, answer } of answers.filter(({ answer }) => answer.json.ok))
        open(answer.json, scenario.name)
    })
  }

  for (const [what, emailChange] of [
    ['is told', 'immediate'],
    ['waits to be confirmed', 'confirm'],
  ] as const) {
    test(`takes no address beyond ASCII, so apps of 2021 are told of none, and all others are: it ${what}`, async () => {
      const email = 'jö@bücher.example'
      const call = { as: 'xoxp-ada', args: { user: ids.mel, profile: { email } } }
      const given = withTeam((team) => ({ ...team, compat: { ...team.compat, emailChange } }))
      const scenario: Scenario = { name: email, given, call, expect: { ok: true } }
      const answerIn = async (response: App['response']) => {
        const [seen] = await answersOf('users.profile.set', [scenario], answering(response))
        assert.ok(seen?.answer.json.ok)
        assertDescribed('users.profile.set', seen.answer, response)
        return seen.answer.json
      }
      const [older, newer] = [await answerIn('2021'), await answerIn('modern')]
      strict(older, email)
      const present = emailChange === 'confirm' ? 'mel@coffee.example' : undefined
      assert.deepEqual([older.profile.email, older.email_pending], [present, undefined])
      const told = emailChange === 'confirm' ? [present, email] : [email, undefined]
      assert.deepEqual([newer.profile.email, newer.email_pending], told)
    })
  }

  test('demands nothing that our own does not, in its modern form and in that of 2021', () => {
    for (const form of successForms().slice(0, 2)) {
      for (const key of OCP_REQUIRED) assert.ok(form.required.includes(key), key)
      for (const key of OCP_PROFILE_REQUIRED) assert.ok(form.properties.profile.required.includes(key), key)
      assert.equal(form.additionalProperties, false)
      assert.equal(form.properties.profile.additionalProperties, false)
    }
  })

  test('refuses what ours refuses', () => {
    const [, of2021] = successForms()
    const ours = compile(of2021)
    const sample = { ok: true, username: 'ada', profile: {} }
    for (const schema of [strict, ours]) assert.throws(() => schema(sample, 'an empty profile'))
  })
})

interface Seen {
  readonly scenario: Scenario
  readonly answer: AnswerSeen
}

/** What every scenario is answered in a changed world. What it expects is tested elsewhere. */
async function answersOf(
  method: string,
  scenarios: readonly Scenario[],
  change: (world: World) => World,
): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  for (const scenario of scenarios) {
    const harness = await startHarness([worldOf(scenario), anotherWorld()].map(change))
    for (const request of scenario.before ?? []) await harness.call(method, request)
    seen.push({ scenario, answer: await harness.call(method, scenario.call) })
    await harness.close()
  }
  return seen
}

function worldOf({ given = [] }: Scenario): World {
  const changes = typeof given === 'function' ? [given] : given
  return changes.reduce((world, change) => change(world), aWorld())
}

/** Every token belongs to an app with this setting. */
function answering(response: App['response']): (world: World) => World {
  return ({ team, users, tokens }) => ({
    team: { ...team, apps: new Map([...team.apps].map(([id, app]) => [id, { ...app, response }])) },
    users,
    tokens: tokens.map(({ token, grant }) => ({ token, grant: { ...grant, appId: grant.appId ?? STATUS_APP } })),
  })
}

function assertDescribed(method: string, { status, json }: AnswerSeen, about: string): void {
  const response = operationOf(method).responses[status]
  assert.ok(response, `${about}: ${status} is not described`)
  compile(response.content['application/json'].schema)(json, about)
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
function operationOf(method: string): any {
  // biome-ignore lint/suspicious/noExplicitAny: the same
  const { paths } = document as any
  return Object.values(paths[`/${method}`])[0]
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
function successForms(): any[] {
  return operationOf('users.profile.set').responses[200].content['application/json'].schema.oneOf[0].anyOf
}

/** Schemas are compiled once, for as long as they are the same object. */
function compile(schema: object): (value: unknown, about: string) => void {
  const validate = ajv.compile(schema)
  return (value, about) =>
    assert.ok(validate(value), `${about}: ${ajv.errorsText(validate.errors)} ${JSON.stringify(value)}`)
}

async function problemsOf(text: string): Promise<readonly string[]> {
  const { valid, errors } = await new Validator().validate(JSON.parse(text))
  const bySchema = valid ? [] : [`schema: ${JSON.stringify(errors).slice(0, 300)}`]
  const config = await createConfig({ extends: ['recommended-strict'] })
  const found = await lintFromString({ source: text, absoluteRef: '/openapi.json', config })
  return [...bySchema, ...found.map(({ ruleId, message }) => `rules: ${ruleId}: ${message}`)]
}
