import type { ServeFacts } from './facts.ts'
import { sdkSnippet } from './first-call.ts'
import { type Html, html } from './html.ts'
import { codeBlock } from './parts.ts'

/** The page of `nametag serve` for somebody who is not signed in: it names nobody and shows no token. */
export function serveBody({ api }: ServeFacts): Html {
  return html`<div class="sheet">
<h1>A people directory lives here.</h1>
<p>Programs written for Slack’s profile API can use it as they are: profiles, custom fields and statuses, at
<code>${api}</code>.</p>
<ol class="steps">
<li>Ask whoever runs this server for a token. They make one with <code>nametag token create</code>.</li>
<li>Tell your SDK where to go:
${codeBlock('With the official SDK for Node', sdkSnippet(api, 'your token'), 'the JavaScript')}</li>
</ol>
<p class="soft">You run this server and this is its first start? Your sign-in link stands in its output.</p>
</div>`
}
