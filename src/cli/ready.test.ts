import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DevFacts, PersonFacts } from '../http/page/facts.ts'
import { devReady, readyLine, serveReady } from './ready.ts'
import { COLORED, PLAIN } from './terminal.ts'

const PIA: PersonFacts = {
  id: 'U0PIA00001',
  name: 'pia',
  realName: 'Pia Moreira',
  displayName: 'Pia',
  role: 'primary_owner',
  title: '',
  status: { text: '', emoji: '' },
  image: '',
  deleted: false,
  token: 'xoxp-pia',
  tokenKind: 'user',
  scopes: ['users.profile:write'],
}
const { token: _token, tokenKind: _kind, scopes: _scopes, ...NO_TOKEN } = PIA

const FACTS: DevFacts = {
  mode: 'dev',
  url: 'http://127.0.0.1:4390',
  api: 'http://127.0.0.1:4390/api/',
  version: '1.0.0',
  storage: './.nametag',
  teams: [
    {
      id: 'T0COFFEE1',
      name: 'Coffee Co',
      domain: 'coffee',
      plan: 'paid',
      people: [PIA, { ...NO_TOKEN, name: 'dee', realName: 'Dée', deleted: true }],
      fields: [],
      otherTokens: [{ token: 'xapp-bot', kind: 'app', user: 'bot', app: 'Bot' }],
    },
  ],
}

test('the line for programs is one JSON object with exactly these keys', () => {
  const line = readyLine({ ...FACTS, url: 'http://127.0.0.1:1', api: 'http://127.0.0.1:1/api/' }, 7)
  assert.equal(line, '{"url":"http://127.0.0.1:1","api":"http://127.0.0.1:1/api/","pid":7}\n')
})

test('a person sees the address, the people in a table, and a line to paste', () => {
  assert.equal(
    devReady(FACTS, PLAIN),
    `Nametag is ready: http://127.0.0.1:4390
The Web API is at http://127.0.0.1:4390/api/; the data is ./.nametag.

Coffee Co (T0COFFEE1)
  pia  primary owner  Pia Moreira  U0PIA00001  xoxp-pia
  dee  deactivated    Dée          U0PIA00001  (no token)
  bot  app token                               xapp-bot

Set a status as pia:

curl 'http://127.0.0.1:4390/api/users.profile.set' \\
  -H 'Authorization: Bearer xoxp-pia' \\
  -H 'Content-Type: application/json; charset=utf-8' \\
  -d '{"profile":{"status_text":"Brewing coffee","status_emoji":":coffee:"}}'

Ctrl-C stops it.
`,
  )
})

test('a long list of people is cut and counted', () => {
  const [team] = FACTS.teams
  assert.ok(team)
  const people = Array.from({ length: 30 }, () => PIA)
  const text = devReady({ ...FACTS, teams: [{ ...team, people, peopleTotal: 500, otherTokens: [] }] }, PLAIN)
  assert.equal(text.match(/xoxp-pia$/gm)?.length, 20)
  assert.match(text, /… and 480 more people/)
})

test('without colour there is no escape sequence, with it there is', () => {
  assert.ok(!devReady(FACTS, PLAIN).includes('\u001b'))
  assert.ok(devReady(FACTS, COLORED).includes('\u001b[1m'))
})

test('a server for a team shows the sign-in link as long as it is needed', () => {
  const facts = { url: 'http://x', api: 'http://x/api/', data: 'd', signInLink: 'http://x/sign-in?code=abc' }
  assert.match(serveReady(facts, PLAIN), /^ {2}http:\/\/x\/sign-in\?code=abc$/m)
  assert.doesNotMatch(serveReady({ ...facts, signInLink: undefined }, PLAIN), /sign-in/i)
})
