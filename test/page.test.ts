import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startProgram } from './support/process.ts'
import { type Received, send } from './support/send.ts'
import { temporaryFolder } from './support/server.ts'

/** What the server answers beside the Web API. */

const get = (url: string, headers: Record<string, string> = {}): Promise<Received> =>
  send(url, { method: 'GET', headers })

async function startWith(t: TestContext, workspace: object): Promise<{ readonly url: string; readonly port: number }> {
  const file = join(temporaryFolder(t), 'workspace.json')
  writeFileSync(file, JSON.stringify(workspace))
  return startProgram(t, ['--memory', '--workspace', file])
}

/** Markup in every text of a workspace file that takes any. */
const MARKUP = '<b onclick="x">&\'</b>'
const ESCAPED = '&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;&lt;/b&gt;'
const EVIL = {
  team: { id: 'T0EVIL0001', name: MARKUP, domain: 'evil' },
  profile_fields: [{ id: 'Xf0EVIL001', label: MARKUP, type: 'text' }],
  users: [
    {
      id: 'U0EVIL0001',
      name: 'eve',
      role: 'primary_owner',
      profile: { real_name: MARKUP, display_name: MARKUP, title: MARKUP, status_text: MARKUP, status_emoji: ':train:' },
    },
  ],
  tokens: [{ token: 'xoxp-eve', user: 'U0EVIL0001', scopes: ['users.profile:write'] }],
}

test('the page shows people and a token, and escapes what they are called', async (t) => {
  const { url } = await startWith(t, EVIL)
  const { status, headers, text } = await get(`${url}/`)
  assert.equal(status, 200)
  assert.match(String(headers['content-type']), /^text\/html; charset=utf-8$/)
  assert.ok(text.includes('xoxp-eve'))
  assert.ok(!text.includes('<b onclick'), 'markup of a name reached the page')
  // Team, field, real name, display name with title, status.
  assert.ok(text.split(ESCAPED).length - 1 >= 5, text)
})

test('the page allows its own style and script alone, named by their digests', async (t) => {
  const { url } = await startWith(t, EVIL)
  const { headers, text } = await get(`${url}/`)
  const policy = String(headers['content-security-policy'])
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.doesNotMatch(policy, /unsafe|\*/)
  for (const [tag, directive] of [
    ['style', 'style-src'],
    ['script', 'script-src'],
  ]) {
    const [, ...inlines] = text.split(new RegExp(`<${tag}>`))
    assert.equal(inlines.length, 1, tag)
    const inline = inlines[0]?.slice(0, inlines[0].indexOf(`</${tag}>`)) ?? ''
    const digest = createHash('sha256').update(inline).digest('base64')
    assert.ok(policy.includes(`${directive} 'sha256-${digest}'`), `${directive} in ${policy}`)
  }
  const markup = text.replaceAll(/<(style|script)>.*?<\/\1>/gs, '').replaceAll(/"[^"]*"/g, '""')
  assert.doesNotMatch(markup, /<[^>]+ (on[a-z]+|style)=|<script|<style/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['referrer-policy'], 'no-referrer')
  assert.equal(headers['cache-control'], 'no-store')
})

test('a page under a foreign name is not shown, since it has tokens on it', async (t) => {
  const { url, port } = await startProgram(t, ['--memory'])
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example']) {
    const { status, text } = await get(`${url}/`, { host })
    assert.ok(status >= 400 && status < 500, `${host}: ${status}`)
    assert.ok(!text.includes('xoxp-'), host)
  }
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
    assert.equal((await get(`${url}/`, { host })).status, 200, host)
  }
})

test('every picture of every person of the demo team is a PNG of its size', async (t) => {
  const { url, api } = await startProgram(t, ['--memory'])
  const page = await get(`${url}/`)
  const users = new Set(page.text.match(/\bU0[A-Z0-9]{8}\b/g))
  assert.equal(users.size, 8)
  const seen = new Set<string>()
  for (const user of users) {
    const { json } = await get(`${api}users.info?user=${user}`, { authorization: 'Bearer xoxp-ada' })
    const images = Object.entries<string>(json.user.profile).filter(([key]) => /^image_\d+$/.test(key))
    assert.deepEqual(images.map(([key]) => key).sort(), [
      'image_192',
      'image_24',
      'image_32',
      'image_48',
      'image_512',
      'image_72',
    ])
    for (const [key, image] of images) {
      await assertPng(image, Number(key.slice('image_'.length)))
      seen.add(image)
    }
  }
  assert.equal(seen.size, 8 * 6, 'everybody has pictures of their own')
  for (const [, image = ''] of page.text.matchAll(/<img src="([^"]+)"/g)) assert.ok(seen.has(image), image)
})

async function assertPng(url: string, size: number): Promise<void> {
  const { status, headers, body } = await get(url)
  assert.equal(status, 200, url)
  assert.equal(headers['content-type'], 'image/png')
  assert.equal(body.subarray(0, 8).toString('latin1'), '\x89PNG\r\n\x1a\n', url)
  assert.equal(body.toString('latin1', 12, 16), 'IHDR')
  assert.deepEqual([body.readUInt32BE(16), body.readUInt32BE(20)], [size, size], url)
  assert.equal(body.toString('latin1', body.length - 8, body.length - 4), 'IEND', url)
}

test('a picture of nobody, or of another size, is not found', async (t) => {
  const { url } = await startProgram(t, ['--memory'])
  for (const path of [
    'g0123456789a-73.png',
    'g0123456789a-72.gif',
    'g0123456789-72.png',
    'gZZZZZZZZZZZ-72.png',
    '',
    '../package.json',
  ]) {
    const { status, text } = await get(`${url}/avatars/${path}`)
    assert.equal(status, 404, path)
    assert.ok(!text.includes('"name"'), path)
  }
})

test('the health check answers, and an unknown path says where things are', async (t) => {
  const { url } = await startProgram(t, ['--memory'])
  const health = await get(`${url}/healthz`)
  assert.equal(health.status, 200)
  assert.deepEqual(health.json, { ok: true })
  const nowhere = await get(`${url}/nowhere`)
  assert.equal(nowhere.status, 404)
  assert.match(nowhere.text, /\/api\//)
})
