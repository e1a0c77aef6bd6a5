import { createHash } from 'node:crypto'
import { confirmEmailBody, confirmEmailTitle } from './confirm-email.ts'
import { devBody } from './dev.ts'
import type { ConfirmEmailState, PageFacts, SignInState } from './facts.ts'
import { type Html, html } from './html.ts'
import { SCRIPT } from './script.ts'
import { serveBody } from './serve.ts'
import { signInBody, signInTitle } from './sign-in.ts'
import { STYLE } from './style.ts'

export type { ConfirmEmailState, PageFacts, SignInState }

/** The `Content-Security-Policy` that every page here must be sent with: its own style and script, named by their
 * digests, and pictures; nothing else, so that a text which slipped through the escaping could still do nothing. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src '${digestOf(STYLE)}'`,
  `script-src '${digestOf(SCRIPT)}'`,
  // Pictures stand on the public address, which need not be the one the page was asked for.
  'img-src http: https: data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The page at `/`. */
export function renderPage(facts: PageFacts): string {
  if (facts.mode === 'serve') {
    return document({ title: 'Nametag', notes: [`version ${facts.version}`], body: serveBody(facts) })
  }
  return document({
    title: 'Nametag: people and tokens',
    notes: ['development', `version ${facts.version}`, `data: ${facts.storage}`],
    body: devBody(facts),
  })
}

/** The page behind a one-time sign-in link. */
export function renderSignIn(state: SignInState): string {
  return document({ title: `Nametag: ${signInTitle(state)}`, notes: [], body: signInBody(state) })
}

/** The page behind the link in a mail about a new address. */
export function renderConfirmEmail(state: ConfirmEmailState): string {
  return document({ title: `Nametag: ${confirmEmailTitle(state)}`, notes: [], body: confirmEmailBody(state) })
}

interface Document {
  readonly title: string
  readonly notes: readonly string[]
  readonly body: Html
}

function document({ title, notes, body }: Document): string {
  const head = html`<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">`
  const top = html`<a class="skip" href="#main">Skip to the content</a>
<header><span class="brand">${LOGO}Nametag</span>${notes.map((note) => html`<span class="chip plain">${note}</span>`)}</header>`
  return `<!doctype html>
<html lang="en">
<head>
${head.markup}
<style>${STYLE}</style>
</head>
<body>
${top.markup}
<main id="main">
${body.markup}
</main>
<footer>Nametag speaks Slack’s profile API. It is not made or run by Slack.</footer>
<div role="status" class="hidden"></div>
<script>${SCRIPT}</script>
</body>
</html>
`
}

const LOGO = html`<svg viewBox="0 0 36 36" aria-hidden="true"><rect x="2" y="7" width="32" height="25" rx="6" fill="#6236b8"/>
<rect x="14" y="4" width="8" height="6" rx="2.5" fill="#b99bf5"/><rect x="5.5" y="15" width="25" height="13.5" rx="3" fill="#fff"/>
<circle cx="12.5" cy="21.7" r="3.4" fill="#6236b8"/><path d="M19 19.5h8M19 24h5.5" stroke="#6236b8" stroke-width="2.2" stroke-linecap="round"/></svg>`

function digestOf(inline: string): string {
  return `sha256-${createHash('sha256').update(inline).digest('base64')}`
}
