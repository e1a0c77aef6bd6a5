import assert from 'node:assert/strict'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Method } from '../../src/web-api/method.ts'
import { PIPELINE_ERRORS } from '../../src/web-api/pipeline-errors.ts'

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
addFormats.default(ajv)
const validators = new Map<string, ValidateFunction>()

/** Holds an answer against what its method declares: the response schema, or one of its errors or the pipeline's. */
export function checkAgainstSchema(method: Method, json: Record<string, unknown>): void {
  const { ok, warning: _warning, response_metadata: metadata, ...own } = json
  checkMetadata(metadata)
  if (ok === true) {
    const validate = validators.get(method.name) ?? ajv.compile(method.response.json)
    validators.set(method.name, validate)
    assert.ok(validate(own), `${method.name}: ${ajv.errorsText(validate.errors)}`)
    return
  }
  assert.equal(ok, false)
  if (method.name === 'api.test') return
  const declared: readonly unknown[] = [...method.errors, ...PIPELINE_ERRORS]
  assert.ok(declared.includes(json.error), `${method.name} does not declare ${String(json.error)}`)
}

function checkMetadata(metadata: unknown): void {
  if (metadata === undefined) return
  const { messages = [], warnings = [] } = metadata as { messages?: string[]; warnings?: string[] }
  for (const line of messages) assert.match(line, /^\[(ERROR|WARN)\] \S/)
  for (const code of warnings) assert.match(code, /^(missing|superfluous)_charset$/)
}
