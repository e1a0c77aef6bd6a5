import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { methodsByName } from '../../src/methods/index.ts'
import { makeOpenApi } from '../../src/openapi/make-openapi.ts'
import { VERSION } from '../../src/version.ts'

export const OPENAPI_FILE = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url))

/** Where `nametag dev` listens unless told otherwise. */
const SERVER_URL = 'http://127.0.0.1:4390/api'

/** The text of docs/openapi.json. */
export function renderOpenApi(): string {
  const document = makeOpenApi({ methods: [...methodsByName.values()], serverUrl: SERVER_URL, version: VERSION })
  return `${JSON.stringify(document, null, 2)}\n`
}

export function isUpToDate(text: string, file = OPENAPI_FILE): boolean {
  return existsSync(file) && readFileSync(file, 'utf8') === text
}
