import assert from 'node:assert/strict'
import type { ErrorCode } from '../../src/domain/errors.ts'
import type { METHODS } from '../../src/methods/index.ts'
import { type AnswerSeen, type OpenStore, startHarness } from './harness.ts'
import type { Request } from './request.ts'
import { anotherWorld, aWorld, type World } from './world.ts'

export type MethodName = (typeof METHODS)[number]['name']

/** One rule of a method, told by a call. The name is the rule as a sentence. */
export interface Scenario {
  readonly name: string
  /** Changes the usual world. */
  readonly given?: ((world: World) => World) | readonly ((world: World) => World)[]
  /** Calls of the same method beforehand; each has to be answered `ok: true`. */
  readonly before?: readonly Request[]
  readonly call: Request
  /** Keys and values that the answer has to have; `undefined` says that a key must not be there. */
  readonly expect: { readonly ok: true; readonly [key: string]: unknown } | RefusalExpected
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** A part of one line in `response_metadata.messages`. */
  readonly message?: string
  /** What `call` adds to the log, exactly: `user_change U…`. Nothing, unless said. */
  readonly events?: readonly string[]
  /** What the person is like afterwards, read with `users.profile.get` as an admin. */
  readonly afterwards?: { readonly user: string; readonly profile: Readonly<Record<string, unknown>> }
}

interface RefusalExpected {
  readonly ok: false
  readonly error: ErrorCode
  readonly [key: string]: unknown
}

/** The scenarios of one method. */
export interface Table {
  readonly method: MethodName
  readonly scenarios: readonly Scenario[]
}

export function scenarios(method: MethodName, list: readonly Scenario[]): Table {
  return { method, scenarios: list }
}

/** Plays one scenario on a fresh store and tells what was answered. */
export async function play(method: MethodName, scenario: Scenario, open: OpenStore): Promise<AnswerSeen> {
  const harness = await startHarness([worldOf(scenario), anotherWorld()], open)
  try {
    for (const request of scenario.before ?? []) {
      const { json } = await harness.call(method, request)
      assert.equal(json.ok, true, `a call beforehand was refused: ${JSON.stringify(json)}`)
    }
    const before = (await harness.events()).length
    const answer = await harness.call(method, scenario.call)
    checkAnswer(scenario, answer)
    assert.deepEqual((await harness.events()).slice(before), scenario.events ?? [], 'events')
    if (scenario.afterwards) {
      const { user, profile } = scenario.afterwards
      const { json } = await harness.call('users.profile.get', { as: 'xoxp-pia', args: { user } })
      assertHas(json.profile, profile, 'afterwards')
    }
    assert.deepEqual(harness.problems, [], 'nothing was logged as a fault of the server')
    return answer
  } finally {
    await harness.close()
  }
}

function worldOf({ given }: Scenario): World {
  const changes = given === undefined ? [] : typeof given === 'function' ? [given] : given
  return changes.reduce((world, change) => change(world), aWorld())
}

function checkAnswer({ expect, status, headers, message }: Scenario, answer: AnswerSeen): void {
  assertHas(answer.json, expect, 'answer')
  const usual = answer.json.error === 'ratelimited' ? 429 : answer.json.error === 'service_unavailable' ? 503 : 200
  assert.equal(answer.status, status ?? usual, 'HTTP status')
  assert.equal(answer.headers['x-slack-failure'], answer.json.ok ? undefined : answer.json.error, 'x-slack-failure')
  for (const [name, value] of Object.entries(headers ?? {})) assert.equal(answer.headers[name], value, `header ${name}`)
  if (message === undefined) return
  const messages: string[] = answer.json.response_metadata?.messages ?? []
  assert.ok(
    messages.some((line) => line.includes(message)),
    `no message has "${message}": ${JSON.stringify(messages)}`,
  )
}

/** Objects are compared key by key, so that a scenario names what its rule is about; everything else exactly. */
export function assertHas(actual: unknown, expected: unknown, path: string): void {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) {
    assert.deepEqual(actual, expected, path)
    return
  }
  if (Object.keys(expected).length === 0) assert.deepEqual(actual, {}, path)
  assert.ok(typeof actual === 'object' && actual !== null, `${path} is ${JSON.stringify(actual)}`)
  for (const [key, value] of Object.entries(expected)) {
    assertHas((actual as Record<string, unknown>)[key], value, `${path}.${key}`)
  }
}
