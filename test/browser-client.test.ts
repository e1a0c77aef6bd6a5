import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { startNametag } from '../src/testing/start.ts'
import { openBrowser, openPage } from './support/browser.ts'
import { send } from './support/send.ts'
import { type Cleanup, startTestServer, type TestServer } from './support/server.ts'
import { ids, NOW_SECONDS } from './support/world.ts'

/** Web pages of other origins as clients: what the browser lets through depends on the headers that the server sends. */

const ROOT = join(import.meta.dirname, '..')

/** What a web page's own program would begin with. */
const PROGRAM = `
  import { nametag, CallFailed } from 'nametag/client'
  import { SlackAPIClient } from 'slack-web-api-client'
  Object.assign(window, { nametag, CallFailed, SlackAPIClient })
`

test('in a browser, from a page of another origin', async (t) => {
  const browser = await openBrowser(t)
  if (browser === undefined) return
  const program = await bundle()

  await t.test('the typed client sets a profile and reads it back', async (t) => {
    const { server, run, problems } = await start(t, browser, program)
    const status = { status_text: 'riding a train 🚂', status_emoji: ':train:', status_expiration: NOW_SECONDS + 60 }
    const outcome = await run(`
      const { users } = nametag({ token: 'xoxp-ada', apiUrl })
      const set = await users.profile.set({ profile: ${JSON.stringify(status)} })
      const { profile } = await users.profile.get({ user: '${ids.ada}' })
      return { ok: set.ok, username: set.username, profile }`)
    assert.partialDeepStrictEqual(outcome, { ok: true, username: 'ada', profile: status })
    assert.deepEqual(await server.events(), [`user_change ${ids.ada}`, `user_status_changed ${ids.ada}`])
    assert.deepEqual(problems, [])
  })

  await t.test('it hears a refusal with all that stands beside it', async (t) => {
    const { server, run } = await start(t, browser, program)
    const answer = await run(`
      const { users } = nametag({ token: 'xoxp-ada', apiUrl })
      return users.profile.set({ profile: { title: 'x'.repeat(256) } })`)
    assert.partialDeepStrictEqual(answer, { ok: false, error: 'too_long', limit: 255, field: 'title' })
    assert.deepEqual(await server.events(), [])
  })

  await t.test('it waits for a limit as long as the server says, and can be told not to', async (t) => {
    const { run, page, server } = await start(t, browser, program, { rateLimits: true })
    const waits: number[] = []
    await page.exposeFunction('pass', (milliseconds: number) => {
      waits.push(milliseconds)
      server.clock.advance(milliseconds)
    })
    const outcomes = await run(`
      const set = (options) => nametag({ token: 'xoxp-ada', apiUrl, ...options }).users.profile.set({ profile: { title: 'x' } })
      for (let count = 0; count < 10; count++) await set()
      const { ok, error, retryAfterSeconds } = await set({ retries: 0 })
      return [{ ok, error, retryAfterSeconds }, (await set({ sleep: pass })).ok]`)
    assert.deepEqual(outcomes, [{ ok: false, error: 'ratelimited', retryAfterSeconds: 60 }, true])
    assert.deepEqual(waits, [60_000])
  })

  await t.test('it tells a server that is not there from one that refuses', async (t) => {
    const { run } = await start(t, browser, program)
    const reason = await run(`
      const failed = await nametag({ apiUrl: 'http://127.0.0.1:1/api/' }).api.test().catch((error) => error)
      return [failed instanceof CallFailed, failed.reason]`)
    assert.deepEqual(reason, [true, 'unreachable'])
  })

  await t.test('slack-web-api-client sets a profile and reads it back', async (t) => {
    const { run, problems } = await start(t, browser, program)
    const outcome = await run(`
      const client = new SlackAPIClient('xoxp-mel', { baseUrl: apiUrl })
      await client.users.profile.set({ profile: { title: 'Barista' } })
      const { profile } = await client.users.profile.get()
      const refused = await client.users.profile.set({}).catch(({ name, error }) => [name, error])
      return [profile.title, refused]`)
    assert.deepEqual(outcome, ['Barista', ['SlackAPIError', 'invalid_profile']])
    assert.deepEqual(problems, [])
  })

  await t.test('a page reads what SDKs read of the headers', async (t) => {
    const { run } = await start(t, browser, program)
    const read = await run(`
      const { headers } = await fetch(apiUrl + 'users.profile.get', { headers: { authorization: 'Bearer xoxp-ada' } })
      return ['x-oauth-scopes', 'x-accepted-oauth-scopes', 'x-slack-req-id'].map((name) => headers.get(name))`)
    assert.match(read[0], /users\.profile:write/)
    assert.equal(read[1], 'users.profile:read')
    assert.match(read[2], /^[0-9a-f]{32}$/)
  })

  await t.test('a page may send headers that no method knows, as tracing does', async (t) => {
    const { run, problems } = await start(t, browser, program)
    const headers = { authorization: 'Bearer xoxp-ada', traceparent: '00-1-2-01', 'x-b3-traceid': '1' }
    const user = await run(`
      const answer = await fetch(apiUrl + 'auth.test', { method: 'POST', headers: ${JSON.stringify(headers)} })
      return (await answer.json()).user`)
    assert.equal(user, 'ada')
    assert.deepEqual(problems, [])
  })

  await t.test('a page cannot use the controls, nor read the page with the tokens', async (t) => {
    const nametag = await startNametag()
    t.after(() => nametag.stop())
    const { page } = await openPage(t, browser)
    await page.goto(await servePage(t, program))
    const json = { 'content-type': 'application/json' }
    const outcomes = await page.evaluate(`(() => {
      const attempt = (path, options) =>
        fetch('${nametag.url}' + path, options).then((answer) => answer.type, () => 'not read')
      const text = { method: 'POST', mode: 'no-cors', body: '{}' }
      return Promise.all([
        attempt('/'),
        attempt('/_nametag/calls'),
        attempt('/_nametag/reset', { method: 'POST', headers: ${JSON.stringify(json)}, body: '{}' }),
        attempt('/_nametag/reset', text),
        nametag({ token: 'xoxp-ada', apiUrl: '${nametag.api}' }).auth.test().then(({ ok }) => ok),
        attempt('/_nametag/reset', text),
      ])
    })()`)
    assert.deepEqual(outcomes, ['not read', 'not read', 'not read', 'not read', true, 'not read'])
    assert.deepEqual(
      (await nametag.calls()).map(({ method }) => method),
      ['auth.test'],
      'it was reset',
    )
    await send(`${nametag.url}/_nametag/reset`, { headers: json, body: '{}' })
    assert.deepEqual(await nametag.calls(), [])
  })
})

interface Started {
  readonly server: TestServer
  readonly page: Page
  readonly problems: readonly string[]
  /** Runs an async function's body in the page, where `apiUrl` is the server's, and gives what it returns. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
  run(body: string): Promise<any>
}

async function start(
  t: Cleanup,
  browser: Browser,
  program: string,
  options: { readonly rateLimits?: boolean } = {},
): Promise<Started> {
  const server = await startTestServer(t, options)
  const { page, problems } = await openPage(t, browser)
  await page.goto(await servePage(t, program))
  const apiUrl = JSON.stringify(server.api)
  const run = (body: string) => page.evaluate(`(async () => { const apiUrl = ${apiUrl}; ${body} })()`)
  return { server, page, problems, run }
}

/** A site of somebody else, which has nothing but the program. */
async function servePage(t: Cleanup, program: string): Promise<string> {
  const page = '<!doctype html><link rel="icon" href="data:,"><script src="/program.js"></script>'
  const site = createServer((request, response) => {
    const isProgram = request.url === '/program.js'
    response.setHeader('content-type', isProgram ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(isProgram ? program : page)
  })
  await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening))
  t.after(() => site.close())
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
}

/** As a web page's build makes it, of the client's sources. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: ROOT },
    alias: { 'nametag/client': join(ROOT, 'src/client/client.ts') },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
  })
  return outputFiles[0]?.text ?? assert.fail('nothing was bundled')
}
