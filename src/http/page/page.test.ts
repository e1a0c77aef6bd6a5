import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { PEOPLE_SHOWN_MAX } from './dev.ts'
import type { DevFacts, PersonFacts, TeamFacts } from './facts.ts'
import { html } from './html.ts'
import { PAGE_POLICY, renderConfirmEmail, renderPage, renderSignIn } from './page.ts'

const EVIL = `<script>alert("1")</script>'&`
const ESCAPED = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;'

const ada: PersonFacts = {
  id: 'U0ADA00001',
  name: 'ada',
  realName: 'Ada Lovelace',
  displayName: 'ada',
  role: 'primary_owner',
  title: 'Head of Coffee',
  status: { text: 'Watching cold brew steep', emoji: '☕' },
  image: 'http://127.0.0.1:4390/avatars/g0123456789a-72.png',
  deleted: false,
  token: 'xoxp-ada',
  tokenKind: 'user',
  scopes: ['users.profile:write', 'users:read'],
}
const team: TeamFacts = {
  id: 'T0COFFEE1',
  name: 'Coffee Co',
  domain: 'coffee',
  plan: 'paid',
  people: [ada],
  fields: [{ id: 'Xf0ROLE001', label: 'Role', type: 'text' }],
  otherTokens: [{ token: 'xapp-status', kind: 'app', user: 'status', app: 'Status bot' }],
}
const facts: DevFacts = {
  mode: 'dev',
  url: 'http://127.0.0.1:4390',
  api: 'http://127.0.0.1:4390/api/',
  version: '0.1.0',
  storage: 'in memory',
  teams: [team],
}

test('the page of dev shows a person with role, title, status, picture, token and scopes', () => {
  const page = renderPage(facts)
  for (const text of ['Ada Lovelace', 'Primary owner', 'Head of Coffee', '☕ Watching cold brew steep', 'xoxp-ada']) {
    assert.ok(page.includes(text), text)
  }
  assert.ok(page.includes('src="http://127.0.0.1:4390/avatars/g0123456789a-72.png"'))
  assert.ok(page.includes('users.profile:write, users:read'))
})

test('it shows fields with their ids, and tokens that are nobody’s first', () => {
  const page = renderPage(facts)
  assert.match(page, /<th scope="row">Role<\/th><td><code>Xf0ROLE001<\/code><\/td><td>text<\/td>/)
  assert.match(page, /xapp-status[\s\S]*Status bot/)
})

test('it names the domain of a team, and no address of Slack that it might be taken for', () => {
  const page = renderPage(facts)
  assert.match(page, /domain <code>coffee<\/code> · paid plan/)
  assert.doesNotMatch(page, /slack\.com/)
})

test('its curl line is complete and calls as the first person who may set a status', () => {
  const bot: PersonFacts = { ...ada, role: 'bot', token: 'xoxb-bot', tokenKind: 'bot' }
  const gone: PersonFacts = { ...ada, deleted: true, token: 'xoxp-gone' }
  const reader: PersonFacts = { ...ada, token: 'xoxp-reader', scopes: ['users:read'] }
  const people = [bot, gone, reader, ada]
  assert.equal(
    codeOf(renderPage({ ...facts, teams: [{ ...team, people }] }), 0),
    `curl 'http://127.0.0.1:4390/api/users.profile.set' \\
  -H 'Authorization: Bearer xoxp-ada' \\
  -H 'Content-Type: application/json; charset=utf-8' \\
  -d '{"profile":{"status_text":"Brewing coffee","status_emoji":":coffee:"}}'`,
  )
})

test('its snippet points the SDK here', () => {
  const snippet = codeOf(renderPage(facts), 1)
  assert.match(snippet, /new WebClient\('xoxp-ada', \{\s+slackApiUrl: 'http:\/\/127\.0\.0\.1:4390\/api\/',\s+\}\)/)
})

test('its controls are lines to paste that move the clock, make a call fail, and begin again', () => {
  const page = renderPage(facts)
  const line = (path: string, body: string) => `curl 'http://127.0.0.1:4390/_nametag/${path}' \\
  -H 'Content-Type: application/json' \\
  -d '${body}'`
  assert.deepEqual(
    [2, 3, 4].map((place) => codeOf(page, place)),
    [line('clock', '{"advance":"2h"}'), line('faults', '{"error":"ratelimited","retry_after":5}'), line('reset', '{}')],
  )
  assert.ok(!renderPage({ ...facts, mode: 'serve' }).includes('_nametag'))
})

test('a quote in a token ends neither the shell’s string nor the script’s', () => {
  const page = renderPage({ ...facts, teams: [{ ...team, people: [{ ...ada, token: "xoxp-a'b" }] }] })
  assert.ok(codeOf(page, 0).includes(`'Authorization: Bearer xoxp-a'\\''b'`))
  assert.ok(codeOf(page, 1).includes(`new WebClient('xoxp-a\\'b'`))
})

test('without anybody who may set a status it says what is missing', () => {
  const page = renderPage({ ...facts, teams: [{ ...team, people: [] }] })
  assert.ok(!page.includes('Set a status from a shell'))
  assert.ok(page.includes('nametag token create'))
})

test('every text is escaped, wherever it stands', () => {
  const person: PersonFacts = {
    ...ada,
    id: EVIL,
    name: EVIL,
    realName: EVIL,
    displayName: EVIL,
    title: EVIL,
    status: { text: EVIL, emoji: EVIL },
    image: EVIL,
    token: EVIL,
    scopes: ['users.profile:write', EVIL],
  }
  const page = renderPage({
    ...facts,
    api: EVIL,
    version: EVIL,
    storage: EVIL,
    teams: [
      {
        ...team,
        id: EVIL,
        name: EVIL,
        domain: EVIL,
        people: [person],
        fields: [{ id: EVIL, label: EVIL, type: 'text' }],
        otherTokens: [{ token: EVIL, kind: 'app', user: EVIL, app: EVIL }],
      },
    ],
  })
  assert.ok(!page.includes('<script>alert'))
  assert.ok(!page.includes(EVIL))
  assert.ok(page.split(ESCAPED).length > 20)
})

test('pieces of markup go in as they are, texts and lists of pieces as they should', () => {
  const items = ['a', '<b>'].map((text) => html`<li>${text}</li>`)
  assert.equal(html`<ul>${items}</ul>${undefined}${3}`.markup, '<ul><li>a</li><li>&lt;b&gt;</li></ul>3')
})

test(`at most ${PEOPLE_SHOWN_MAX} people of all teams are shown, and the rest counted`, () => {
  const people = Array.from({ length: 150 }, (_, index) => ({ ...ada, realName: `Person ${index}` }))
  const second = { ...team, id: 'T0COFFEE2', people, peopleTotal: 1_000 }
  const page = renderPage({ ...facts, teams: [{ ...team, people }, second, { ...second, id: 'T0COFFEE3' }] })
  assert.equal(page.split('<li class="person').length - 1, PEOPLE_SHOWN_MAX)
  assert.ok(page.includes('and 950 more people, not shown here'))
  assert.ok(page.includes('1000 more people, not shown here'))
  assert.ok(!renderPage(facts).includes('not shown here'))
})

test('long tables end too, and say so', () => {
  const fields = Array.from({ length: 250 }, (_, index) => ({
    id: `Xf${index}`,
    label: `F${index}`,
    type: 'text' as const,
  }))
  const page = renderPage({ ...facts, teams: [{ ...team, fields }] })
  assert.equal(page.split('<th scope="row">').length - 1, 200)
  assert.ok(page.includes('the first 200 of 250'))
})

test('somebody deactivated is marked, and somebody without a token has none', () => {
  const { token: _token, ...tokenless } = ada
  const page = renderPage({ ...facts, teams: [{ ...team, people: [{ ...tokenless, deleted: true }] }] })
  assert.ok(page.includes('Deactivated'))
  assert.ok(page.includes('No token'))
})

test('the page of serve names nobody and shows no token, even if it is told some', () => {
  const page = renderPage({ ...facts, mode: 'serve' } as Parameters<typeof renderPage>[0])
  for (const secret of ['xox', 'Ada', 'Coffee Co', 'in memory']) assert.ok(!page.includes(secret), secret)
  assert.ok(page.includes('nametag token create'))
  assert.ok(page.includes('slackApiUrl'))
})

test('a sign-in link shows a button that posts back to it', () => {
  const page = renderSignIn({ step: 'ask' })
  assert.match(page, /<form method="post" class="sheet">[\s\S]*<button class="main">Show my token<\/button>/)
  assert.ok(!page.includes(' action='))
})

test('after the button the token is shown with a line to try it', () => {
  const page = renderSignIn({ step: 'shown', token: 'xoxp-secret', api: facts.api })
  assert.ok(page.includes('<code>xoxp-secret</code>'))
  assert.match(codeOf(page, 0), /^curl 'http:.*Bearer xoxp-secret/s)
  assert.ok(!renderSignIn({ step: 'shown', token: EVIL, api: EVIL }).includes(EVIL))
})

test('a used link says so and shows no button', () => {
  const page = renderSignIn({ step: 'used' })
  assert.ok(page.includes('no longer works'))
  assert.ok(!page.includes('<form'))
})

test('the link of a mail shows the address and a button, and afterwards none', () => {
  const page = renderConfirmEmail({ step: 'ask', email: 'mel@new.example' })
  assert.match(page, /<strong>mel@new\.example<\/strong>[\s\S]*<button class="main">Confirm my address<\/button>/)
  for (const step of ['ask', 'confirmed'] as const) assert.ok(!renderConfirmEmail({ step, email: EVIL }).includes(EVIL))
  for (const step of ['expired', 'used', 'taken'] as const) assert.ok(!renderConfirmEmail({ step }).includes('<form'))
})

const pages = {
  dev: renderPage(facts),
  serve: renderPage({ ...facts, mode: 'serve' }),
  used: renderSignIn({ step: 'used' }),
  confirm: renderConfirmEmail({ step: 'ask', email: 'mel@new.example' }),
  taken: renderConfirmEmail({ step: 'taken' }),
}
for (const [name, page] of Object.entries(pages)) {
  test(`the page of ${name} has a language, one title, one first heading, and nothing from elsewhere`, () => {
    assert.match(page, /^<!doctype html>\n<html lang="en">/)
    assert.equal(page.split('<title>').length, 2)
    assert.equal(page.split('<h1>').length, 2)
    assert.match(page, /<meta name="viewport" content="width=device-width, initial-scale=1">/)
    assert.doesNotMatch(page, /<(?:script|link)[^>]+(?:src|href)="(?!data:,)/)
    assert.doesNotMatch(page, / (?:on[a-z]+|style)="/)
    assert.doesNotMatch(page, /url\(|@import/)
  })

  test(`the policy allows the style and the script of the page of ${name}`, () => {
    const inline = [...page.matchAll(/<(style|script)>([\s\S]*?)<\/\1>/g)]
    assert.equal(inline.length, 2)
    for (const [, kind, text = ''] of inline) {
      const digest = createHash('sha256').update(text).digest('base64')
      assert.ok(PAGE_POLICY.includes(`${kind}-src 'sha256-${digest}'`))
    }
  })
}

/** The text of a block of code, as a browser shows it. */
function codeOf(page: string, place: number): string {
  const block = [...page.matchAll(/<pre><code>([\s\S]*?)<\/code>/g)][place]?.[1] ?? ''
  return block
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
