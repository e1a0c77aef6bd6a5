import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { METHODS } from '../src/methods/index.ts'
import { temporaryFolder } from './support/server.ts'

/** The arrows between the parts hold because the linter refuses what goes against them. Here it has to prove that it can:
 * each file breaks one rule, in a folder of its own under this project's configuration. */

const ROOT = join(import.meta.dirname, '..')
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')

interface Planted {
  readonly file: string
  readonly imported: string
}

const AGAINST: readonly Planted[] = [
  ...[
    '../web-api/call.ts',
    '../methods/index.ts',
    '../storage/store.ts',
    '../http/listener.ts',
    '../cli/run.ts',
    '../workspace/demo.ts',
  ].map((imported) => ({ file: 'src/domain/planted.ts', imported })),
  ...['../config.ts', '../server.ts', 'node:fs', 'node:crypto', 'fastify', 'better-sqlite3'].map((imported) => ({
    file: 'src/domain/planted.ts',
    imported,
  })),
  { file: 'src/domain/profile/planted.ts', imported: '../../web-api/call.ts' },
  { file: 'src/domain/profile/fields/planted.ts', imported: '../../../storage/store.ts' },
  { file: 'src/domain/profile/fields/planted.ts', imported: 'node:util' },
  { file: 'src/web-api/planted.ts', imported: '../domain/profile/change-profile.ts' },
  { file: 'src/web-api/planted.ts', imported: '../methods/index.ts' },
  { file: 'src/web-api/planted.ts', imported: '../http/api.ts' },
  { file: 'src/web-api/planted.ts', imported: '../storage/sqlite/open.ts' },
  { file: 'src/web-api/planted.ts', imported: '../config.ts' },
  { file: 'src/methods/planted.ts', imported: '../storage/sqlite/open.ts' },
  { file: 'src/methods/planted.ts', imported: '../http/api.ts' },
  { file: 'src/methods/planted.ts', imported: '../server.ts' },
  { file: 'src/methods/planted.ts', imported: 'node:fs' },
  { file: 'src/storage/planted.ts', imported: '../web-api/call.ts' },
  { file: 'src/storage/planted.ts', imported: '../domain/profile/names.ts' },
  { file: 'src/storage/sqlite/planted.ts', imported: '../../domain/profile/change-profile.ts' },
  { file: 'src/storage/sqlite/planted.ts', imported: '../../methods/index.ts' },
  { file: 'src/http/planted.ts', imported: '../storage/sqlite/open.ts' },
  { file: 'src/http/page/planted.ts', imported: '../../cli/run.ts' },
  { file: 'src/http/planted.ts', imported: '../config.ts' },
  { file: 'src/mcp/planted.ts', imported: '../storage/store.ts' },
  { file: 'src/mcp/planted.ts', imported: '../domain/profile/change-profile.ts' },
  { file: 'src/mcp/planted.ts', imported: '../methods/index.ts' },
  { file: 'src/mcp/planted.ts', imported: '../http/listener.ts' },
  { file: 'src/mcp/planted.ts', imported: '../server.ts' },
  { file: 'src/domain/planted.ts', imported: '../mcp/tools.ts' },
  { file: 'src/methods/planted.ts', imported: '../mcp/tools.ts' },
  { file: 'src/metrics/planted.ts', imported: '../storage/store.ts' },
  { file: 'src/metrics/planted.ts', imported: '../web-api/dispatch.ts' },
  { file: 'src/domain/planted.ts', imported: '../metrics/metrics.ts' },
  { file: 'src/web-api/planted.ts', imported: '../metrics/metrics.ts' },
  { file: 'src/storage/planted.ts', imported: '../metrics/metrics.ts' },
  { file: 'src/delivery/planted.ts', imported: '../metrics/metrics.ts' },
  { file: 'src/http/planted.ts', imported: '../metrics/metrics.ts' },
  { file: 'src/nodes/planted.ts', imported: '../delivery/relay.ts' },
  { file: 'src/nodes/planted.ts', imported: '../storage/store.ts' },
  { file: 'src/workspace/planted.ts', imported: '../storage/sqlite/open.ts' },
  { file: 'src/workspace/planted.ts', imported: '../server.ts' },
  ...['../domain/errors.ts', '../web-api/schema.ts', '../methods/index.ts', 'node:timers', 'undici'].map(
    (imported) => ({
      file: 'src/client/planted.ts',
      imported,
    }),
  ),
  { file: 'src/testing/planted.ts', imported: '../http/listener.ts' },
  { file: 'src/testing/planted.ts', imported: '../client/client.ts' },
  { file: 'src/methods/planted.ts', imported: '../testing/start.ts' },
  { file: 'src/cli/planted.ts', imported: '../testing/start.ts' },
]

const ALONG: readonly Planted[] = [
  { file: 'src/domain/planted.ts', imported: './profile/names.ts' },
  { file: 'src/domain/profile/planted.ts', imported: '../user.ts' },
  { file: 'src/web-api/planted.ts', imported: '../domain/errors.ts' },
  { file: 'src/metrics/planted.ts', imported: '../domain/errors.ts' },
  { file: 'src/nodes/planted.ts', imported: '../storage/leases.ts' },
  { file: 'src/web-api/planted.ts', imported: '../storage/store.ts' },
  { file: 'src/methods/planted.ts', imported: '../domain/profile/change-profile.ts' },
  { file: 'src/methods/planted.ts', imported: '../web-api/method.ts' },
  { file: 'src/storage/planted.ts', imported: '../domain/user.ts' },
  { file: 'src/storage/planted.ts', imported: 'node:fs' },
  { file: 'src/http/planted.ts', imported: '../web-api/call.ts' },
  { file: 'src/http/planted.ts', imported: '../mcp/api.ts' },
  { file: 'src/mcp/planted.ts', imported: '../web-api/method.ts' },
  { file: 'src/mcp/planted.ts', imported: './server.ts' },
  { file: 'src/server.ts', imported: './storage/store.ts' },
  { file: 'src/client/planted.ts', imported: './wait.ts' },
  { file: 'src/testing/planted.ts', imported: '../server.ts' },
]

interface Found {
  readonly code: number | null
  readonly rules: readonly string[]
}

/** The rules that the linter finds broken when `text` is the file. */
function lint(t: TestContext, file: string, text: string): Found {
  const folder = temporaryFolder(t)
  cpSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'))
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIOME, 'lint', '--reporter=json', file], {
    cwd: folder,
    encoding: 'utf8',
  })
  assert.ok(stdout.startsWith('{'), stderr)
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string }[] }
  return { code: status, rules: diagnostics.map(({ category }) => category) }
}

const importing = (imported: string) => `import * as planted from '${imported}'\n\nexport const used = planted\n`

describe('the linter refuses', () => {
  for (const { file, imported } of AGAINST) {
    test(`${imported} in ${file}`, (t) => {
      const { code, rules } = lint(t, file, importing(imported))
      assert.notEqual(code, 0)
      assert.deepEqual(rules, ['lint/style/noRestrictedImports'])
    })
  }

  test('types alone, too', (t) => {
    const text = "import type { Call } from '../web-api/call.ts'\n\nexport type Planted = Call\n"
    assert.deepEqual(lint(t, 'src/domain/planted.ts', text).rules, ['lint/style/noRestrictedImports'])
  })

  for (const file of ['src/domain/planted.ts', 'src/http/planted.ts', 'src/cli/planted.ts', 'src/server.ts']) {
    test(`the environment in ${file}`, (t) => {
      assert.deepEqual(lint(t, file, 'export const planted = process.env.HOME\n').rules, ['lint/style/noProcessEnv'])
    })
  }
})

describe('the linter takes', () => {
  for (const { file, imported } of ALONG) {
    test(`${imported} in ${file}`, (t) => assert.deepEqual(lint(t, file, importing(imported)), { code: 0, rules: [] }))
  }

  test('the environment in src/config.ts', (t) => {
    assert.deepEqual(lint(t, 'src/config.ts', 'export const home = process.env.HOME\n'), { code: 0, rules: [] })
  })
})

describe('the list of methods', () => {
  const folder = join(ROOT, 'src/methods')
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !/\.(test|scenarios)\.ts$/.test(name))
  const defining = files.filter((name) => readFileSync(join(folder, name), 'utf8').includes('defineMethod({'))

  test('is the folder: one file per method, of its name', () => {
    assert.deepEqual(defining.map(nameOf).sort(), METHODS.map(({ name }) => name).sort())
  })

  for (const file of defining) {
    test(`${file} defines its method and no other`, async () => {
      const exported = Object.values(await import(join(folder, file))).filter(isMethod)
      assert.deepEqual(
        exported.map(({ name }) => name),
        [nameOf(file)],
      )
    })
  }
})

/** `….test.ts` would be a test, so two methods are written with a dash. */
function nameOf(file: string): string {
  return file.replace(/\.ts$/, '').replace(/-test$/, '.test')
}

function isMethod(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'handle' in value && 'name' in value
}
