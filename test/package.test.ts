import assert from 'node:assert/strict'
import { type ExecFileException, type ExecFileOptions, execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { before, describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { openSqlite } from '../src/storage/sqlite/open.ts'
import { need } from './support/need.ts'
import { temporaryFolder } from './support/server.ts'

/** What somebody gets who installs the package: built files, seen from outside. */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DIST = join(ROOT, 'dist')

before(async () => {
  const build = `import { build } from ${JSON.stringify(new URL('../scripts/lib/build.mjs', import.meta.url).href)}; await build()`
  const { code, stdout } = await runNode(['--input-type=module', '--eval', build])
  assert.equal(code, 0, stdout)
})

test('the client is offered, and nothing else with it', async () => {
  const offered: string = 'nametag/client'
  assert.deepEqual(Object.keys(await import(offered)).sort(), ['CallFailed', 'NametagError', 'nametag', 'orThrow'])
})

test('the built client imports nothing', () => {
  const text = readFileSync(join(DIST, 'client.js'), 'utf8')
  assert.doesNotMatch(text, /\b(?:from|import)\s*\(?\s*['"]/)
  assert.doesNotMatch(text, /\b(?:process|Buffer|require)\b/)
})

describe('the built program', () => {
  test('says on an older Node that it needs a newer one, before it asks for anything that came later', async () => {
    const older = `delete process.getBuiltinModule;
      Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } })`
    const preload = `data:text/javascript,${encodeURIComponent(older)}`
    const { code, stdout } = await runNode(['--import', preload, join(DIST, 'main.js'), '--version'])
    assert.deepEqual([code, stdout], [1, 'Nametag needs Node 22.12 or newer, and this is Node 18.20.8.\n'])
  })

  test('knows its version, and its commands', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const told = await runNode([join(DIST, 'main.js'), '--version'])
    assert.deepEqual(told, { code: 0, stdout: `${version}\n` })
    const checked = await runNode([join(DIST, 'main.js'), 'check-workspace', join(ROOT, 'nothing.json')])
    assert.equal(checked.code, 1)
    assert.match(checked.stdout, /nothing\.json/)
  })

  test('finds the thread that writes', async (t) => {
    const path = join(temporaryFolder(t), 'nametag.db')
    const store = await openSqlite({ path, tokenDigest: (token) => token })
    const thread = new Worker(join(DIST, 'writer-thread.js'), { workerData: path })
    assert.deepEqual(await once(thread, 'message'), ['ready'])
    thread.postMessage({ writes: [] })
    assert.deepEqual(await once(thread, 'message'), [{ heads: new Map() }])
    thread.postMessage('close')
    assert.deepEqual(await once(thread, 'exit'), [0])
    await store.close()
    const asking = built().filter((name) => readFileSync(join(DIST, name), 'utf8').includes('"./writer-thread.js"'))
    assert.notDeepEqual(asking, [])
  })

  test('leads from its traces to its sources', () => {
    for (const name of built()) {
      const text = readFileSync(join(DIST, name), 'utf8')
      assert.ok(text.endsWith(`//# sourceMappingURL=${name}.map\n`), name)
      const { sources } = JSON.parse(readFileSync(join(DIST, `${name}.map`), 'utf8')) as { readonly sources: string[] }
      for (const source of sources.filter((path) => path.startsWith('../'))) {
        assert.ok(existsSync(join(DIST, source)), `${name}: ${source}`)
      }
    }
  })
})

describe('the types', () => {
  test('of the client are there for programs in browsers', async (t) => {
    const errors = await compile(
      t,
      ['--lib', 'es2022,dom', '--skipLibCheck'],
      [
        `import { nametag, orThrow } from 'nametag/client'`,
        `const { users } = nametag({ token: 'xoxp-ada', fetch: window.fetch })`,
        `const { profile } = await orThrow(users.profile.set({ profile: { title: 'Countess' } }))`,
        `export const title: string = profile.title`,
        `export const wrong: number = profile.title`,
        `await users.profile.set({ profile: { titel: 'Countess' } })`,
      ],
    )
    assert.deepEqual(errors, [`(5,14): error TS2322`, `(6,38): error TS2561`])
  })

  test('of the server for tests are there', async (t) => {
    const types = ['--lib', 'es2024', '--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
    const errors = await compile(t, types, [
      `import { startNametag } from 'nametag/testing'`,
      `await using nametag = await startNametag({ workspace: { users: [] }, frozen: true })`,
      `await nametag.clock.advance('2h')`,
      `export const method: string | undefined = (await nametag.calls())[0]?.method`,
      `await nametag.faults.add({ err: 'fatal_error' })`,
    ])
    assert.deepEqual(errors, [`(5,28): error TS2353`])
  })
})

test('the example for node:test passes', async () => {
  const example = join(ROOT, 'examples/node-test/status-bot.test.js')
  const { code, stdout } = await runNode(['--test', '--test-reporter=tap', example])
  assert.equal(code, 0, stdout)
  assert.match(stdout, /^# pass 3$/m)
})

test('the example for Python passes', async (t) => {
  const python = need(t, 'python3', 'python3')
  if (python === undefined) return
  const { NODE_TEST_CONTEXT: _, ...outside } = process.env
  // npx runs the program on the first Node of the path.
  const env = { ...outside, PATH: `${dirname(process.execPath)}${delimiter}${outside.PATH}` }
  const cwd = join(ROOT, 'examples/python')
  const { code, stdout } = await runProgram(python, ['-B', '-m', 'unittest'], { cwd, env })
  assert.equal(code, 0, stdout)
  assert.match(stdout, /^Ran 3 tests/m)
})

test('the example for Jest has the bot of the example for node:test', () => {
  const read = (path: string) => readFileSync(join(ROOT, 'examples', path), 'utf8')
  assert.equal(read('jest/status-bot.js'), read('node-test/status-bot.js'))
})

function built(): readonly string[] {
  return readdirSync(DIST).filter((name) => name.endsWith('.js'))
}

/** The places and codes of what the compiler has against a program that has this package installed. */
async function compile(t: TestContext, options: readonly string[], lines: readonly string[]): Promise<string[]> {
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/nametag'), 'junction')
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'program.ts'), lines.join('\n'))
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const fixed = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext']
  const { stdout } = await runNode([tsc, ...fixed, ...options, 'program.ts'], folder)
  return stdout
    .split('\n')
    .filter((line) => line.includes('error'))
    .map((line) => /(\(\d+,\d+\): error TS\d+)/.exec(line)?.[1] ?? line)
}

/** A program of its own, which must not take itself for a part of this test run. */
function runNode(argv: readonly string[], cwd = ROOT): Promise<Ended> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return runProgram(process.execPath, argv, { cwd, env })
}

interface Ended {
  readonly code: unknown
  readonly stdout: string
}

function runProgram(file: string, argv: readonly string[], options: ExecFileOptions): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, argv, { ...options, encoding: 'utf8' }, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout: stdout + stderr })
    })
  })
}
