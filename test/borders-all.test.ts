import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Cleanup, temporaryFolder } from './support/server.ts'

/** Who may import whom, whole: each part imports every file of the program once, and the linter has to take what stands
 * here and to refuse all else. A new folder is refused by everybody until it has its line. */

const ROOT = join(import.meta.dirname, '..')
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')

const DOMAIN = ['domain/*', 'domain/limits/*']
const RULES = [...DOMAIN, 'domain/profile/*', 'domain/profile/fields/*']
const TOLD = [...RULES, 'nodes/*', 'storage/*', 'clock', 'runner']
const ENGINES = ['storage/sqlite/*', 'storage/postgres/*', 'storage/*/migrations/*', 'storage/postgres/limits/*']
/** What knows no part of the program, and what any command may use of it. */
const TOOLS = ['alarms', 'clock', 'did-you-mean', 'loopback', 'node-http', 'node-version', 'runner', 'version']
const COMMANDS = ['cli/*', 'cli/doctor/*', 'cli/sync/*', 'client/*', 'delivery/*', 'http/*', 'http/page/*', 'mcp/*']
const CLI = [...COMMANDS, ...RULES, 'methods/*', 'storage/*', ...ENGINES, 'workspace/*', 'server', 'main', ...TOOLS]

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: RULES,
  'domain/limits': RULES,
  'domain/profile': RULES,
  'domain/profile/fields': RULES,
  'web-api': ['web-api/*', ...DOMAIN, 'storage/*'],
  methods: ['methods/*', 'web-api/*', ...RULES, 'storage/store', 'workspace/read-prefs'],
  storage: ['storage/*', ...DOMAIN],
  'storage/sqlite': ['storage/sqlite/*', 'storage/sqlite/migrations/*', 'storage/*', ...DOMAIN],
  'storage/postgres': ['storage/postgres/*', 'storage/postgres/*/*', 'storage/*', ...DOMAIN],
  'storage/postgres/limits': ['storage/postgres/*', 'storage/postgres/*/*', 'storage/*', ...DOMAIN],
  nodes: ['nodes/*', 'storage/leases', 'clock', 'alarms'],
  delivery: ['delivery/*', ...TOLD, 'web-api/sockets', 'loopback', 'node-http'],
  expiry: ['expiry/*', ...TOLD],
  controls: ['controls/*', ...DOMAIN, 'web-api/*', 'workspace/*', 'storage/*', 'clock', 'loopback'],
  metrics: ['metrics/*', 'domain/errors'],
  openapi: ['openapi/*', ...DOMAIN, 'web-api/*'],
  mcp: ['mcp/*', ...DOMAIN, 'web-api/*', 'did-you-mean'],
  http: [
    ...['http/*', 'http/page/*', ...RULES, 'web-api/*', 'storage/*', 'openapi/*', 'mcp/*', 'node-http'],
    ...['delivery/socket-line', 'delivery/tickets'],
  ],
  'http/page': ['http/page/*', ...RULES],
  workspace: ['workspace/*', ...RULES, 'did-you-mean'],
  client: ['client/*'],
  cli: CLI,
  'cli/doctor': CLI,
  'cli/sync': CLI,
}

interface Refused {
  readonly location: { readonly path: string; readonly start: { readonly line: number } }
}

/** Every file, seen from `src/`, without what is there for tests alone. */
const FILES = globSync('src/**/*.ts', { cwd: ROOT })
  .map((file) => relative('src', file))
  .filter((file) => !/\.(?:test|scenarios)\.ts$|conformance/.test(file))
  .sort()

function plant(folder: string, part: string): void {
  const paths = FILES.map((file) => relative(part, file)).map((path) => (path.startsWith('.') ? path : `./${path}`))
  const lines = paths.map((path, index) => `import * as planted${index} from '${path}'`)
  const file = join(folder, 'src', part, 'planted.ts')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${lines.join('\n')}\n\nexport const used = [${paths.map((_, index) => `planted${index}`)}]\n`)
}

/** The files that each part is refused. */
function lintAll(t: Cleanup): ReadonlyMap<string, ReadonlySet<string>> {
  const folder = temporaryFolder(t)
  cpSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'))
  for (const part of Object.keys(MAY_IMPORT)) plant(folder, part)
  const argv = ['lint', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none', 'src']
  const { stdout, stderr } = spawnSync(process.execPath, [BIOME, ...argv], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  assert.ok(stdout.startsWith('{'), stderr)
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Refused[] }
  const refused = new Map(Object.keys(MAY_IMPORT).map((part) => [part, new Set<string>()]))
  for (const { location } of diagnostics) {
    const part = relative('src', dirname(location.path))
    refused.get(part)?.add(FILES[location.start.line - 1] ?? location.path)
  }
  return refused
}

function mayImport(part: string, file: string): boolean {
  return (MAY_IMPORT[part] ?? []).some((pattern) => new RegExp(`^${pattern.replaceAll('*', '[^/]+')}\\.ts$`).test(file))
}

describe('who may import whom', () => {
  let refused: ReadonlyMap<string, ReadonlySet<string>> = new Map()
  before(() => {
    refused = lintAll({ after })
  })
  for (const part of Object.keys(MAY_IMPORT)) {
    test(`${part} knows what it may know and nothing else`, () => {
      const taken = FILES.filter((file) => !refused.get(part)?.has(file))
      const allowed = FILES.filter((file) => mayImport(part, file))
      assert.deepEqual(taken, allowed)
    })
  }

  test('is said for every folder', () => {
    const others = ['.', 'testing', ...ENGINES.filter((path) => path.includes('migrations')).map(dirname)]
    const known = [...Object.keys(MAY_IMPORT), ...others]
    const folders = new Set(FILES.map(dirname).map((folder) => folder.replace(/[^/]+(?=\/migrations)/, '*')))
    assert.deepEqual(
      [...folders].filter((folder) => !known.includes(folder)),
      [],
    )
  })
})
