import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startNametag } from '../src/testing/start.ts'
import { assertAccessible, openBrowser, openPage } from './support/browser.ts'
import { startProgram } from './support/process.ts'
import { send } from './support/send.ts'
import { type Cleanup, temporaryFolder } from './support/server.ts'

/** The pages in a real browser, as people meet them. */

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }
const SCHEMES = ['light', 'dark'] as const

test('in a browser', async (t) => {
  const browser = await openBrowser(t)
  if (browser === undefined) return

  await t.test('the page of dev shows people with pictures, tokens, and a first call', async (t) => {
    const { url, api } = await startProgram(t, ['--memory'])
    const { page, problems } = await visit(t, browser, url)
    assert.equal(await page.title(), 'Nametag: people and tokens')
    const people = page.getByRole('listitem').filter({ has: page.locator('.who') })
    assert.equal(await people.count(), 8)
    const ada = people.filter({ hasText: 'Ada Lovelace' })
    assert.match((await ada.textContent()) ?? '', /Admin[\s\S]*U0ADA00001[\s\S]*xoxp-ada/)
    for (const picture of await page.locator('.who img').all()) {
      await picture.scrollIntoViewIfNeeded()
      const width = await picture.evaluate((image: Picture) => image.decode().then(() => image.naturalWidth))
      assert.ok(width > 0)
    }
    const first = page.getByRole('figure', { name: 'Set a status from a shell' })
    const line = (await first.locator('code').textContent()) ?? ''
    assert.ok(line.includes(`curl '${api}users.profile.set'`) && line.includes('Authorization: Bearer xoxp-'), line)
    assert.deepEqual(problems, [])
  })

  await t.test('a token is copied with a press, and the page says so', async (t) => {
    const { url } = await startProgram(t, ['--memory'])
    const { page, problems } = await visit(t, browser, url, { permissions: ['clipboard-read', 'clipboard-write'] })
    const copied = await listenForCopied(page)
    await page.getByRole('button', { name: 'Copy the token of Ada Lovelace' }).click()
    await copied()
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), 'xoxp-ada')
    assert.deepEqual(problems, [])
  })

  await t.test('everything on it is reached and worked by keyboard alone', async (t) => {
    const { url } = await startProgram(t, ['--memory'])
    const { page, problems } = await visit(t, browser, url, { permissions: ['clipboard-read', 'clipboard-write'] })
    const wanted = await page.locator(REACHABLE).count()
    assert.ok(wanted > 20, `${wanted}`)
    for (let count = 0; count < wanted; count++) {
      await page.keyboard.press('Tab')
      const { text, ...how } = await focused(page)
      if (count === 0) assert.equal(text, 'Skip to the content')
      assert.deepEqual(how, { seen: true, outlined: true }, text)
      await page.evaluate('document.activeElement.dataset.reached = ""')
    }
    assert.equal(await page.locator('[data-reached]').count(), wanted, 'something was passed over')

    await page.getByRole('link', { name: 'Skip to the content' }).focus()
    await page.keyboard.press('Enter')
    assert.equal(new URL(page.url()).hash, '#main')
    const copied = await listenForCopied(page)
    await page.getByRole('button', { name: 'Copy the curl command', exact: true }).focus()
    await page.keyboard.press('Enter')
    await copied()
    assert.match(await page.evaluate<string>('navigator.clipboard.readText()'), /^curl '/)
    const details = page.locator('details').first()
    await details.locator('summary').focus()
    await page.keyboard.press('Space')
    assert.equal(await details.getAttribute('open'), '')
    assert.deepEqual(problems, [])
  })

  await t.test('it fits a phone and the dark, and breaks no guideline in either', async (t) => {
    const { url } = await startProgram(t, ['--memory'])
    const grounds = new Set<string>()
    for (const colorScheme of SCHEMES) {
      for (const device of [{}, PHONE]) {
        const { page, problems } = await visit(t, browser, url, { ...device, colorScheme })
        for (const summary of await page.locator('summary').all()) await summary.click()
        await assertAccessible(page)
        assert.deepEqual(await page.evaluate(WIDER_THAN_THE_WINDOW), [])
        grounds.add(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'))
        assert.deepEqual(problems, [])
      }
    }
    assert.equal(grounds.size, 2, 'dark looks like light')
  })

  await t.test('a script that got into the page would not run', async (t) => {
    const { url } = await startProgram(t, ['--memory'])
    const { page, problems } = await visit(t, browser, url)
    await page.evaluate(`
      const script = document.createElement('script')
      script.textContent = 'window.broken = true'
      document.body.append(script)
      const image = document.createElement('img')
      image.setAttribute('onerror', 'window.broken = true')
      image.src = 'data:image/png,'
      document.body.append(image)
      new Promise((resolve) => image.addEventListener('error', resolve))`)
    assert.equal(await page.evaluate('window.broken'), undefined)
    assert.equal(problems.filter((text) => /Content Security Policy/.test(text)).length, 2, problems.join('\n'))
  })

  await t.test('serve shows nobody, and its sign-in link gives the token with one press', async (t) => {
    const data = join(temporaryFolder(t), 'team')
    const server = await startProgram(t, ['--data', data], { command: 'serve' })
    const link = /^ {2}(http:\S+\/sign-in\?code=\S+)$/m.exec(server.stderr())?.[1] ?? ''
    await assertFitsAll(t, browser, server.url, async (page) => {
      assert.ok(!(await page.content()).includes('xox'))
    })
    await assertFitsAll(t, browser, link, async (page) => {
      await page.getByRole('button', { name: 'Show my token' }).waitFor()
    })

    const { page, problems } = await visit(t, browser, link)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const heading = page.getByRole('heading', { name: 'Here is your token.' })
    await heading.waitFor()
    await assertAccessible(page)
    assert.deepEqual(await page.evaluate(WIDER_THAN_THE_WINDOW), [])
    const token = await page.locator('.handed code').textContent()
    const whose = await send(`${server.api}auth.test`, { headers: { authorization: `Bearer ${token}` } })
    assert.partialDeepStrictEqual(whose.json, { ok: true, user: 'owner' })
    await assertFitsAll(t, browser, link, async (used) => {
      await used.getByRole('heading', { name: 'This link no longer works.' }).waitFor()
    })
    assert.deepEqual(problems, [])
  })

  await t.test('a new address is confirmed with one press, and its link tells what became of it', async (t) => {
    const nametag = await startNametag({ frozen: true, workspace: CONFIRMED_BY_MAIL })
    t.after(() => nametag.stop())
    const ask = async (email: string) => {
      const headers = { authorization: 'Bearer xoxp-pia', 'content-type': 'application/json; charset=utf-8' }
      await send(`${nametag.api}users.profile.set`, { headers, body: JSON.stringify({ profile: { email } }) })
      const text = (await nametag.mail()).filter(({ to }) => to === email).at(-1)?.text ?? ''
      return /http\S+\/confirm-email\?\S+/.exec(text)?.[0] ?? assert.fail(text)
    }
    const link = await ask('pia@elsewhere.example')
    await assertFitsAll(t, browser, link, async (page) => {
      await page.getByRole('button', { name: 'Confirm my address' }).waitFor()
    })
    const { page, problems } = await visit(t, browser, link)
    await page.getByRole('button', { name: 'Confirm my address' }).press('Enter')
    await page.getByRole('heading', { name: 'Your address is confirmed.' }).waitFor()
    await assertAccessible(page)
    await assertFitsAll(t, browser, link, async (used) => {
      await used.getByRole('heading', { name: 'This link no longer works.' }).waitFor()
    })
    const late = await ask('pia@late.example')
    await nametag.clock.advance('25h')
    await assertFitsAll(t, browser, late, async (expired) => {
      await expired.getByRole('heading', { name: 'This link is too old.' }).waitFor()
    })
    assert.deepEqual(problems, [])
  })
})

async function visit(t: Cleanup, browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const opened = await openPage(t, browser, options)
  const response = await opened.page.goto(url)
  assert.equal(response?.status(), 200)
  return opened
}

/** In every size and colour. */
async function assertFitsAll(t: Cleanup, browser: Browser, url: string, look: (page: Page) => Promise<void>) {
  for (const colorScheme of SCHEMES) {
    const { page, problems } = await visit(t, browser, url, { ...PHONE, colorScheme })
    await look(page)
    await assertAccessible(page)
    assert.deepEqual(await page.evaluate(WIDER_THAN_THE_WINDOW), [])
    assert.deepEqual(problems, [])
  }
}

/** The page tells for two seconds that it has copied: what it says is written down before it can be over. */
async function listenForCopied(page: Page): Promise<() => Promise<unknown>> {
  await page.evaluate(`
    window.heard = []
    const status = document.querySelector('[role=status]')
    new MutationObserver(() => heard.push(status.textContent)).observe(status, { childList: true })
    undefined`)
  return () => page.waitForFunction(`heard.includes('Copied.')`)
}

/** As much of it as is used here: these tests are compiled without the types of browsers. */
interface Picture {
  readonly naturalWidth: number
  decode(): Promise<void>
}

const REACHABLE = 'a[href], button:visible, summary, [tabindex="0"]'

/** What the keyboard is at: whether it stands in the window, and has a line around it. */
const focused = (page: Page) =>
  page.evaluate<{ text: string; seen: boolean; outlined: boolean }>(`(() => {
    const element = document.activeElement
    const { left, top, width, height } = element.getBoundingClientRect()
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    return {
      text: element.textContent.slice(0, 100),
      seen: width > 0 && height > 0 && left >= 0 && top > -height && top < innerHeight,
      outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    }
  })()`)

/** What sticks out to the right, but for tables that scroll by themselves. */
const WIDER_THAN_THE_WINDOW = `(() => {
  const width = document.documentElement.clientWidth
  const out = [...document.body.querySelectorAll('*')].filter((element) =>
    element.getBoundingClientRect().right > width + 1 && element.closest('.scroll') === null)
  const tooWide = document.documentElement.scrollWidth > width ? ['the page scrolls sideways'] : []
  return [...tooWide, ...out.map((element) => element.outerHTML.slice(0, 100))]
})()`

const CONFIRMED_BY_MAIL = {
  team: { id: 'T0COFFEE1', name: 'Coffee Co', domain: 'coffee', plan: 'paid' },
  compat: { email_change: 'confirm' },
  users: [{ id: 'U0PIA00001', name: 'pia', role: 'primary_owner', profile: { email: 'pia@coffee.example' } }],
  tokens: [{ token: 'xoxp-pia', user: 'U0PIA00001', scopes: ['users.profile:write'] }],
}
