/** `npm test`: installs what is missing and checks everything; `--quick` leaves out the build and what test/ holds.
 * `--node PATH` runs the tests on another Node; further arguments choose test files. What could not be checked here is
 * listed at the end, and is a failure where NAMETAG_TEST_ALL is 1. The last line counts. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './lib/build.mjs'
import { install } from './lib/install.mjs'
import { inRoot, pinnedNode } from './lib/paths.mjs'
import { runCommand } from './lib/run-command.mjs'

/** How the one helper begins that may leave a test out, test/support/need.ts. */
const NOT_CHECKED = 'NOT CHECKED HERE: '

const TEST_MS_MAX = 10 * 60_000

const options = readOptions(process.argv.slice(2))
const total = { passed: 0, failed: 0, notChecked: [] }
await step('install', install)
if (total.failed === 0) await checkAll()
tellNotChecked()
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`)
process.exitCode = total.failed === 0 ? 0 : 1

// Node 16 has no parseArgs.
function readOptions(argv) {
  const read = { quick: false, node: undefined, files: [] }
  for (let index = 0; index < argv.length; index++) {
    if (argv[index] === '--quick') read.quick = true
    else if (argv[index] === '--node') read.node = argv[++index]
    else read.files.push(argv[index])
  }
  return read
}

async function checkAll() {
  const node = pinnedNode()
  const tool = (name, ...args) => expectZero(node, [inRoot('node_modules', ...name.split('/')), ...args])
  await step('types', () => tool('typescript/bin/tsc'))
  await step('lint', () => tool('@biomejs/biome/bin/biome', 'check', '.'))
  await step('emoji table', () => expectZero(node, [inRoot('scripts', 'make-emoji.mjs'), '--check']))
  await step('reference pages', () => expectZero(node, [inRoot('scripts', 'make-reference.ts'), '--check']))
  await step('OpenAPI document', () => expectZero(node, [inRoot('scripts', 'make-openapi.ts'), '--check']))
  if (!options.quick) await step('build', build)
  await step('tests', () => runTests(options.node ?? node))
}

/** A step that fails counts as one failure, beside the tests that failed in it. */
async function step(name, work) {
  const start = Date.now()
  process.stderr.write(`\n${name}\n`)
  try {
    await work()
    process.stderr.write(`${name}: fine, ${((Date.now() - start) / 1000).toFixed(1)} s\n`)
  } catch (error) {
    total.failed += 1
    process.stderr.write(`${name}: FAILED. ${error.message}\n`)
  }
}

async function expectZero(file, args) {
  const code = await runCommand(file, args)
  if (code !== 0) throw new Error(`It ended with ${code}.`)
}

async function runTests(node) {
  const folder = mkdtempSync(join(tmpdir(), 'nametag-counts-'))
  const file = join(folder, 'counts.json')
  try {
    const code = await runCommand(node, testArguments(file))
    const { tests = 0, pass = 0, fail = 0, cancelled = 0, skipped = 0, todo = 0, leftOut = [] } = readCounts(file)
    total.passed += pass
    total.failed += fail + cancelled
    total.notChecked = leftOut.filter(({ why }) => why.startsWith(NOT_CHECKED))
    if (tests === 0) throw new Error('No test ran.')
    const unexcused = skipped + todo - total.notChecked.length
    if (unexcused > 0) throw new Error(`${unexcused} tests were left out.`)
    // Tests that failed are counted already; a run that broke otherwise is not.
    if (code !== 0 && fail + cancelled === 0) throw new Error(`The run ended with ${code}.`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function testArguments(countsFile) {
  const all = options.quick ? ['src/**/*.test.ts'] : ['src/**/*.test.ts', 'test/**/*.test.ts']
  return [
    '--test',
    '--disable-warning=ExperimentalWarning',
    `--test-concurrency=${Math.max(2, cpus().length)}`,
    // A test that hangs is a failure like any other, and keeps nobody from hearing of the rest.
    `--test-timeout=${TEST_MS_MAX}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${inRoot('scripts', 'lib', 'count-reporter.mjs')}`,
    `--test-reporter-destination=${countsFile}`,
    ...(options.files.length > 0 ? options.files : all),
  ]
}

/** Nobody is to believe that these have passed. */
function tellNotChecked() {
  if (total.notChecked.length === 0) return
  const lines = total.notChecked.map(({ test, why }) => `  ${test}\n    ${why.slice(NOT_CHECKED.length)}\n`)
  process.stdout.write(`\n*** NOT CHECKED HERE ***\n${lines.join('')}\n`)
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}
