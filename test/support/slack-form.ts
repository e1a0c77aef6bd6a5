import assert from 'node:assert/strict'
import { join } from 'node:path'
import { ERRORS } from '../../src/domain/errors.ts'
import type { Received } from './send.ts'

const CLONE = join(import.meta.dirname, '../..')
const CODES: ReadonlySet<string> = new Set(Object.keys(ERRORS))
const STATUSES: Readonly<Record<string, number>> = { ratelimited: 429, request_timeout: 408, service_unavailable: 503 }

interface Form {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  // biome-ignore lint/suspicious/noExplicitAny: it is what is judged here
  readonly json: any
}

/** What is true of every answer of the Web API, to whatever it answers: Slack's form, a known code, the status that goes
 * with it, and nothing of the server's inside. `internal_error` is in the catalogue and means a bug. */
export function assertSlackForm({ status, headers, json }: Form, about: string, anyCode = false): void {
  const said = `${about}: ${status} ${JSON.stringify(json)?.slice(0, 300)}`
  assert.ok(typeof json === 'object' && json !== null, said)
  assertTellsNothing(JSON.stringify(json), about)
  assert.match(String(headers['content-type']), /^application\/json; charset=utf-8$/, said)
  assert.match(String(headers['x-slack-req-id']), /^[0-9a-f]{32}$/, said)
  assert.equal(headers['access-control-allow-origin'], '*', said)
  if (json.ok === true) {
    assert.equal(status, 200, said)
    assert.equal('error' in json, false, said)
    return
  }
  assert.equal(json.ok, false, said)
  assert.equal(typeof json.error, 'string', said)
  // `api.test` answers the code that its caller chose.
  if (anyCode) return
  assert.ok(CODES.has(json.error), said)
  assert.equal(headers['x-slack-failure'], json.error, said)
  assert.notEqual(json.error, 'internal_error', said)
  // A request that HTTP itself cannot read has no 200 to be had.
  if (status !== 400 && status !== 431) assert.equal(status, STATUSES[json.error] ?? 200, said)
  for (const line of json.response_metadata?.messages ?? []) assert.match(line, /^\[(ERROR|WARN)\] \S/, said)
}

/** Slack's form, or a clean refusal by HTTP itself. */
export function assertSlackFormOr4xx(answer: Received, about: string): void {
  if (answer.json?.ok === undefined) {
    assert.ok(answer.status >= 400 && answer.status < 500, `${about}: ${answer.status} ${answer.text}`)
    assertTellsNothing(answer.text, about)
  } else assertSlackForm(answer, about)
}

function assertTellsNothing(text: string, about: string): void {
  assert.doesNotMatch(
    text,
    /\bat [^"]*\.[jt]s:\d|node:internal|node_modules|SQLITE_|Error:/,
    `${about} shows the inside`,
  )
  assert.ok(!text.includes(CLONE), `${about} shows a path: ${text.slice(0, 300)}`)
}
