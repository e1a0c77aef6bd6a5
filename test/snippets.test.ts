import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type Nametag, startNametag } from '../src/testing/start.ts'
import { buildGo } from './support/go.ts'
import { need } from './support/need.ts'
import { collect, within } from './support/process.ts'
import { temporaryFolder } from './support/server.ts'

/** The programs on the pages, run as they stand there, against a server of their own. What a comment beside a `console.log`
 * says is what it prints. */

const ROOT = join(import.meta.dirname, '..')
const ADDRESS = 'http://127.0.0.1:4390'
const RUN_MS_MAX = 120_000

interface Snippet {
  readonly page: string
  readonly heading: string
  readonly language: string
  readonly code: string
}

/** Those whose packages come neither from npm nor from Debian; their requests are replayed elsewhere. */
const OF_OTHER_PACKAGES: Readonly<Record<string, RegExp>> = {
  js: /from '@opencontextprotocol\/agent'/,
  python: /^from (?:slack_sdk|slack_bolt|ocp_agent) import /m,
  java: /SlackConfig/,
  ruby: /require 'slack-ruby-client'/,
  elixir: /config :slack/,
}

const snippets = ['README.md', 'docs/clients.md'].flatMap(snippetsOf)

for (const snippet of snippets) {
  const { page, heading, language, code } = snippet
  if (OF_OTHER_PACKAGES[language]?.test(code)) continue
  describe(`${page}, ${heading}`, () => {
    const run = runnerOf(language)
    test(`the ${language} runs`, async (t) => {
      assert.ok(run, `nobody knows how to run ${language}`)
      await run(t, snippet)
    })
  })
}

test('no other program is left out', () => {
  const leftOut = snippets.filter(({ language, code }) => OF_OTHER_PACKAGES[language]?.test(code))
  assert.deepEqual(
    leftOut.map(({ heading, language }) => `${heading}: ${language}`),
    [
      'Python: python',
      'Python: python',
      'Java: java',
      'Ruby: ruby',
      'Elixir: elixir',
      'Agents of the Open Context Protocol: js',
      'Agents of the Open Context Protocol: python',
    ],
  )
})

test('every Python on the pages can be parsed', async (t) => {
  const python = need(t, 'python3', 'python3')
  if (python === undefined) return
  const parse = 'import ast, sys; ast.parse(sys.argv[1])'
  const programs = snippets.filter(({ language }) => language === 'python')
  assert.ok(programs.length > 0)
  for (const { code } of programs) await promisify(execFile)(python, ['-c', parse, code])
})

type Run = (t: TestContext, snippet: Snippet) => Promise<void>

function runnerOf(language: string): Run | undefined {
  const runners: Readonly<Record<string, Run>> = {
    js: runScript,
    ts: runScript,
    go: runGo,
    sh: runShell,
    json: parseJson,
  }
  return runners[language]
}

async function runScript(t: TestContext, { code }: Snippet): Promise<void> {
  const nametag = await start(t)
  const own = (name: string) => pathToFileURL(join(ROOT, name)).href
  const program = at(nametag, code)
    .replace(`'nametag/client'`, `'${own('src/client/client.ts')}'`)
    .replace(`'nametag/testing'`, `'${own('src/testing/start.ts')}'`)
  // Where it is run from decides which packages it finds.
  const argv = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program]
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  assertPrinted(code, await finish(t, process.execPath, argv, { cwd: ROOT, env }))
}

async function runGo(t: TestContext, { code }: Snippet): Promise<void> {
  const nametag = await start(t)
  const folder = join(temporaryFolder(t), 'snippet')
  mkdirSync(folder)
  writeFileSync(join(folder, 'main.go'), at(nametag, code))
  const program = await buildGo(t, folder)
  if (program !== undefined) assertPrinted(code, await finish(t, program, []))
}

async function runShell(t: TestContext, { code }: Snippet): Promise<void> {
  if (need(t, 'curl', 'curl') === undefined) return
  const nametag = await start(t)
  const answer = JSON.parse(await finish(t, 'sh', ['-c', at(nametag, code)]))
  assert.equal(answer.ok, true, JSON.stringify(answer))
}

async function parseJson(_t: TestContext, { code }: Snippet): Promise<void> {
  assert.ok(Object.keys(JSON.parse(code)).length > 0)
}

async function start(t: TestContext): Promise<Nametag> {
  const nametag = await startNametag()
  t.after(() => nametag.stop())
  return nametag
}

function at({ url }: Nametag, code: string): string {
  return code.replaceAll(ADDRESS, url)
}

/** In this order; there may be more. */
function assertPrinted(code: string, printed: string): void {
  const lines = printed.split('\n')
  let from = 0
  for (const [, said = ''] of code.matchAll(/(?:console\.log|Println)\(.*\) \/\/ (.*)$/gm)) {
    const found = lines.indexOf(said === `''` ? '' : said, from)
    assert.ok(found >= 0, `${said} was not printed, but\n${printed}`)
    from = found + 1
  }
}

async function finish(
  t: TestContext,
  program: string,
  argv: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const child = spawn(program, argv, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  const ended = new Promise<number | null>((settle) => child.once('close', settle))
  const code = await within(RUN_MS_MAX, ended, () => `It did not end.\n${stdout()}${stderr()}`)
  assert.equal(code, 0, stderr())
  return stdout()
}

/** What stands between fences, with the heading above it. */
function snippetsOf(page: string): Snippet[] {
  const found: Snippet[] = []
  const text = readFileSync(join(ROOT, page), 'utf8')
  let heading = ''
  for (const [, title, language = '', code = ''] of text.matchAll(/^#+ (.*)$|^```(\w+)\n([\s\S]*?)^```$/gm)) {
    if (title === undefined) found.push({ page, heading, language, code })
    else heading = title
  }
  return found
}
