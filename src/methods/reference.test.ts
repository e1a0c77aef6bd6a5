import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findDrift, writePages } from '../../scripts/lib/reference-files.ts'
import { renderReference } from '../../scripts/lib/render-reference.ts'
import { methodsByName } from './index.ts'

const pages = renderReference([...methodsByName.values()])

test('docs/reference says what the declarations say', () => {
  assert.deepEqual(findDrift(pages), [], 'run npm run reference')
})

test('every method has a page, with every error it declares', () => {
  for (const { name, errors } of methodsByName.values()) {
    const text = pages.get(`methods/${name}.md`) ?? ''
    for (const error of errors) assert.ok(text.includes(`| \`${error}\` |`), `${name} does not mention ${error}`)
  }
})

test('a page that is missing, changed or left over is noticed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'nametag-reference-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writePages(pages, folder)
  assert.deepEqual(findDrift(pages, folder), [])

  writeFileSync(join(folder, 'errors.md'), 'Other words.\n')
  writeFileSync(join(folder, 'methods', 'users.gone.md'), 'A method of old.\n')
  rmSync(join(folder, 'methods', 'users.info.md'))
  assert.deepEqual(findDrift(pages, folder), [
    'methods/users.info.md is missing',
    'errors.md is out of date',
    'methods/users.gone.md is no longer made',
  ])
})
