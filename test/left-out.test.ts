import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { temporaryFolder } from './support/server.ts'

/** A test that could not be done here is told from one that passed. */

const ROOT = join(import.meta.dirname, '..')
const NEED = pathToFileURL(join(ROOT, 'test/support/need.ts')).href

const TESTS = `
  import assert from 'node:assert/strict'
  import { test } from 'node:test'
  import { need } from '${NEED}'
  test('has what it needs', (t) => assert.equal(need(t, 'node', 'nodejs', [process.execPath])?.endsWith('node'), true))
  test('lacks a program', (t) => need(t, 'no-such-program', 'no-such-package'))
  test('lacks a file', (t) => need(t, 'node', 'nodejs', ['/no/such/file']))
`

test('what a machine lacks leaves tests out, by name and with the package that brings it', async (t) => {
  const { tests, pass, skipped, fail, leftOut } = await run(t, TESTS, {})
  assert.deepEqual([tests, pass, skipped, fail], [3, 1, 2, 0])
  assert.deepEqual(leftOut, [
    {
      test: 'lacks a program',
      why: 'NOT CHECKED HERE: no-such-program not found; on Debian: apt-get install no-such-package',
    },
    { test: 'lacks a file', why: 'NOT CHECKED HERE: /no/such/file not found; on Debian: apt-get install nodejs' },
  ])
})

test('where everything has to be checked, they fail', async (t) => {
  const { pass, skipped, fail } = await run(t, TESTS, { NAMETAG_TEST_ALL: '1' })
  assert.deepEqual([pass, skipped, fail], [1, 0, 2])
})

test('a test that leaves itself out in another way does not look like one of these', async (t) => {
  const { leftOut } = await run(t, `import { test } from 'node:test'\ntest.skip('is lazy', () => undefined)`, {})
  assert.deepEqual(leftOut, [{ test: 'is lazy', why: 'true' }])
})

interface Counts {
  readonly [name: string]: unknown
  readonly leftOut: readonly { readonly test: string; readonly why: string }[]
}

/** What the reporter of `npm test` makes of a file with these tests. */
async function run(t: TestContext, tests: string, env: Readonly<Record<string, string>>): Promise<Counts> {
  const folder = temporaryFolder(t)
  const [file, counts] = [join(folder, 'some.test.mjs'), join(folder, 'counts.json')]
  writeFileSync(file, tests)
  const reporter = join(ROOT, 'scripts/lib/count-reporter.mjs')
  const argv = ['--test', `--test-reporter=${reporter}`, `--test-reporter-destination=${counts}`, file]
  const { NODE_TEST_CONTEXT: _, NAMETAG_TEST_ALL: __, ...outside } = process.env
  await new Promise<void>((ended) => {
    execFile(process.execPath, argv, { env: { ...outside, ...env } }, () => ended())
  })
  return JSON.parse(readFileSync(counts, 'utf8'))
}
