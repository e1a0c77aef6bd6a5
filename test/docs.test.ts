import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { COMMANDS, COMMON_FLAGS, type CommandShape, type Flag } from '../src/cli/commands.ts'
import { parseWorkspace } from '../src/workspace/parse-workspace.ts'
import { areProblems } from '../src/workspace/problems.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Made or fetched, and not part of the repository. */
const LEFT_OUT = /^(?:node_modules|dist(?:\..*)?|\.git|\.nametag|\.bench-.*|package-lock\.json)$/
const TEXT_FILE = /\.(?:md|ts|mts|js|mjs|cjs|json|html|css|sql|sh|yml|yaml)$|^(?:LICENSE|\.gitignore)$/

const files = filesIn(ROOT)
const pages = files.filter((path) => path.endsWith('.md'))

test('every relative link leads somewhere', () => {
  const broken = pages.flatMap((page) =>
    linksOf(read(page))
      .filter((link) => !existsSync(join(ROOT, dirname(page), link)))
      .map((link) => `${page}: ${link}`),
  )
  assert.ok(pages.length > 0)
  assert.deepEqual(broken, [])
})

describe('decisions', () => {
  const records = readdirSync(join(ROOT, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name))

  test('every record that is cited exists', () => {
    const numbers = new Set(records.map((name) => name.slice(0, 4)))
    const missing = files.flatMap((path) =>
      citationsIn(read(path))
        .filter((number) => !numbers.has(number))
        .map((number) => `${path} cites ${number}`),
    )
    assert.deepEqual(missing, [])
  })

  test('every record stands in the index, under its own title', () => {
    const index = read('docs/decisions/README.md')
    for (const name of records) {
      const [, number, title] = /^# (\d{4})\. (.+)$/m.exec(read(`docs/decisions/${name}`)) ?? []
      assert.equal(number, name.slice(0, 4), name)
      assert.ok(index.includes(`| [${number}](${name}) | ${title} |`), `${name} is not in the index as it is called`)
    }
    assert.equal(linksOf(index).filter((link) => /^\d{4}-/.test(link)).length, records.length)
  })

  test('every record says where it stands, why, what, and what follows', () => {
    for (const name of records) {
      const text = read(`docs/decisions/${name}`)
      for (const part of ['Status: ', 'Context', 'Decision', 'Consequences']) {
        assert.ok(text.includes(part), `${name} has no ${part}`)
      }
    }
  })

  test('every record has a row in the divergences', () => {
    const divergences = read('docs/divergences.md')
    assert.deepEqual(
      records.filter((name) => !divergences.includes(`(decisions/${name})`)),
      [],
    )
  })
})

describe('operating', () => {
  const page = read('docs/operating.md')

  test('every environment variable of a flag is listed with its flag, and no other', () => {
    const flags: readonly Flag[] = [...COMMANDS.flatMap(({ flags }) => flags), ...COMMON_FLAGS]
    const expected = new Map(flags.flatMap(({ env, name }) => (env === undefined ? [] : [[env, `--${name}`] as const])))
    const listed = new Map(
      [...page.matchAll(/^\| `([A-Z_]+)` \| `?(--[a-z-]+|none)/gm)].map(([, env = '', flag = '']) => [env, flag]),
    )
    assert.deepEqual(new Map([...listed].sort()), new Map([...expected, ['NAMETAG_LOG_LEVEL', 'none'] as const].sort()))
  })

  test('every flag has a variable of its name, but those that have to be typed', () => {
    const [told = ''] = /What deletes, .* has to be typed and has none .*$/m.exec(page) ?? []
    const typed = new Set([...told.matchAll(/`--([a-z-]+)`/g)].map(([, name]) => name))
    assert.ok(typed.size > 0)
    for (const { name: command, flags } of COMMANDS as readonly CommandShape[]) {
      for (const { name, env } of flags) {
        const isTyped = env === undefined && typed.has(name)
        assert.ok(isTyped || env === `NAMETAG_${name.toUpperCase().replaceAll('-', '_')}`, `${command} --${name}`)
      }
    }
  })

  test('every bound is the one in the code', () => {
    const rows = [...page.matchAll(/^\|[^|]+\| ([^|]+) \| `(\w+)` in `([^`]+)` \|$/gm)]
    assert.ok(rows.length > 0)
    for (const [, said = '', name = '', path = ''] of rows) {
      const [, code = ''] = new RegExp(`\\b${name}(?: =|:) ([0-9_* ]+)`).exec(read(path)) ?? []
      assert.notEqual(code, '', `${name} is not in ${path}`)
      assert.equal(amountIn(said, name.endsWith('_MS')), productOf(code), `${name} in ${path}`)
    }
  })
})

describe('dependencies', () => {
  const { name: own, dependencies, devDependencies } = JSON.parse(read('package.json'))
  const [, atRunTime = '', forDevelopment = ''] = read('docs/dependencies.md').split(/^## .*$/m)
  const listed = packagesIn(atRunTime)
  const listedForDevelopment = packagesIn(forDevelopment)

  test('every package that is listed is there', () => {
    assert.deepEqual(
      listed.filter((name) => !(name in dependencies)),
      [],
    )
    assert.deepEqual(
      listedForDevelopment.filter((name) => !(name in devDependencies)),
      [],
    )
  })

  test('every package that the program imports is listed', () => {
    const program = files.filter((path) => path.startsWith('src/') && !/\.test\.ts$|\/conformance\//.test(path))
    const imported = importedBy(program)
    assert.ok(imported.length > 0)
    assert.deepEqual(
      imported.filter((name) => !listed.includes(name)),
      [],
    )
  })

  test('every package that tests, measures and scripts import is listed', () => {
    const others = files.filter(
      (path) => /^(?:src|test|bench|scripts|examples)\/.*\.m?[jt]s$/.test(path) && !isOfAnotherProject(path),
    )
    const known = [own, ...listed, ...listedForDevelopment]
    assert.deepEqual(
      importedBy(others).filter((name) => !known.includes(name)),
      [],
    )
  })
})

test('the example of a workspace file is right', () => {
  const [, json = ''] = /```json\n([\s\S]+?)```/.exec(read('docs/workspace-file.md')) ?? []
  const outcome = parseWorkspace(json, 'docs/workspace-file.md')
  assert.ok(!areProblems(outcome), areProblems(outcome) ? outcome.problems.join('\n') : '')
})

test('nothing tells of the place where it was written', () => {
  // Put together here, so that this file does not hold what it looks for.
  const foreign = new RegExp(
    ['\\.\\./sha' + 'red', 'iss' + 'ue #\\d', '(?:^|[\\s"\'`(=:])/wo' + 'rk/', '/tmp/bri' + 'ef'].join('|'),
    'im',
  )
  const found = files.flatMap((path) => {
    const hit = foreign.exec(read(path))
    return hit === null ? [] : [`${path}: ${hit[0].trim()}`]
  })
  assert.deepEqual(found, [])
})

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.test(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesIn(path)
    return entry.isFile() && TEXT_FILE.test(entry.name) ? [relative(ROOT, path)] : []
  })
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Targets of links within the repository, without what follows a `#`. Code is no place for links. */
function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.split('#', 1)[0] ?? '')
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
}

/** The first cells of a table, each with one name or several. */
function packagesIn(markdown: string): string[] {
  const cells = [...markdown.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell.trim())
  return cells
    .filter((cell) => cell !== 'Package' && !cell.startsWith('---'))
    .flatMap((cell) => cell.split(', '))
    .sort()
}

/** An example that has a list of packages of its own. */
function isOfAnotherProject(path: string): boolean {
  return path.startsWith('examples/') && files.includes(join(dirname(path), 'package.json'))
}

/** Names of packages, without the paths inside of them. */
function importedBy(paths: readonly string[]): string[] {
  const named = paths.flatMap((path) => [
    ...read(path).matchAll(/^(?:(?:import|export|\}) (?:.* )?from|import) '((?:@[\w-]+\/)?[\w-]+)(?:\/[^']*)?'$/gm),
    ...read(path).matchAll(/(?:import|require)\('((?:@[\w-]+\/)?[\w-]+)(?:\/[^']*)?'\)/g),
  ])
  return [...new Set(named.map(([, name = '']) => name))].sort()
}

/** The numbers of `docs/decisions/0001, 0005, 0019 to 0023`. */
function citationsIn(text: string): string[] {
  return [...text.matchAll(/decisions\/(\d{4}(?:(?:, | and | to )\d{4})*)/g)].flatMap(
    ([, list = '']) => list.match(/\d{4}/g) ?? [],
  )
}

const UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 * 1024, s: 1000 }

/** What `80 KiB`, `20 s` or `10,000` stands for. */
function amountIn(said: string, isTime: boolean): number {
  const [, digits = '', unit] = /^([\d,.]+)(?: (KiB|MiB|s))?$/.exec(said.trim()) ?? []
  assert.equal(unit === 's', isTime, `${said} has the wrong unit`)
  return Number(digits.replaceAll(',', '')) * (unit === undefined ? 1 : (UNITS[unit] ?? Number.NaN))
}

/** What `80 * 1024` comes to. */
function productOf(code: string): number {
  return code.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '').trim()), 1)
}
