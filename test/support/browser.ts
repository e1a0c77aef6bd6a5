import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import chromium, { inflate } from '@sparticuz/chromium'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, type Page, chromium as playwright } from 'playwright-core'
import { need } from './need.ts'
import { type Cleanup, temporaryFolder } from './server.ts'

const { resolve } = createRequire(import.meta.url)
const AXE = readFileSync(resolve('axe-core/axe.min.js'), 'utf8')
const GUIDELINES = ['wcag2a', 'wcag2aa', 'wcag21aa']

/** A browser with a profile of its own that ends with the test. Undefined where there is none for this machine. */
export async function openBrowser(t: TestContext): Promise<Browser | undefined> {
  const program = await findBrowser(t)
  if (program === undefined) return undefined
  const { path, env } = program
  // Tests may run as root, for whom Chromium has no sandbox. All that it opens here is our own.
  const browser = await playwright.launch({ executablePath: path, args: ['--no-sandbox'], env, chromiumSandbox: false })
  t.after(() => browser.close())
  return browser
}

interface BrowserProgram {
  readonly path: string
  readonly env: Record<string, string>
}

async function findBrowser(t: TestContext): Promise<BrowserProgram | undefined> {
  const folder = temporaryFolder(t)
  const env = { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder }
  if (process.platform === 'linux' && process.arch === 'x64') {
    return { path: await unpack(folder), env: { ...env, ...surroundings(folder) } }
  }
  const path = need(t, 'chromium', 'chromium')
  return path === undefined ? undefined : { path, env }
}

/** The package puts everything into the folder for temporary files, and takes what is there already, finished or not:
 * a folder of its own each time keeps runs apart. */
async function unpack(folder: string): Promise<string> {
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    const libraries = join(resolve('@sparticuz/chromium'), '../../bin/al2023.tar.br')
    const [path] = await Promise.all([chromium.executablePath(), inflate(libraries)])
    return path
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

/** The libraries that a bare Debian has not, and one font, so that texts are as wide on every machine. */
function surroundings(folder: string): Record<string, string> {
  const fonts = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`
  writeFileSync(join(folder, 'fonts.conf'), fonts)
  return { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') }
}

/** A page, and everything that went wrong on it: errors of scripts, of the policy, of what it loads. */
export async function openPage(
  t: Cleanup,
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly problems: string[] }> {
  const context = await browser.newContext(options)
  t.after(() => context.close())
  const page = await context.newPage()
  const problems: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('requestfailed', (request) => problems.push(`${request.url()} ${request.failure()?.errorText}`))
  return { page, problems }
}

/** Holds the page, as it is now, against the guidelines. */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE)
  const options = { runOnly: { type: 'tag', values: GUIDELINES } }
  const { violations, passes } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`)
  assert.ok(passes.length > 10, 'nothing was checked')
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    [],
  )
}
