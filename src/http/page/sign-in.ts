import type { SignInState } from './facts.ts'
import { curlLine } from './first-call.ts'
import { type Html, html } from './html.ts'
import { codeBlock, copyButton } from './parts.ts'

export function signInTitle({ step }: SignInState): string {
  switch (step) {
    case 'ask':
      return 'Sign in'
    case 'shown':
      return 'Your token'
    case 'used':
      return 'Link used up'
    default:
      return step satisfies never
  }
}

export function signInBody(state: SignInState): Html {
  switch (state.step) {
    case 'ask':
      return ask()
    case 'shown':
      return shown(state)
    case 'used':
      return used()
    default:
      return state satisfies never
  }
}

/** A button, since programs that look at links in mails and chats open them but press nothing. */
function ask(): Html {
  return html`<form method="post" class="sheet">
<h1>Welcome.</h1>
<p>This link makes you the owner’s token, once. Whoever has the token acts as the owner through the API, so show it
when you have somewhere safe to keep it.</p>
<button class="main">Show my token</button>
</form>`
}

function shown({ token, api }: Extract<SignInState, { step: 'shown' }>): Html {
  return html`<div class="sheet">
<h1>Here is your token.</h1>
<p><strong>It is shown this once</strong>: keep it in a password manager before you leave this page. If you lose it, make
another with <code>nametag token create</code>.</p>
<div class="handed"><code>${token}</code>${copyButton('your token')}</div>
${codeBlock('Try it: set your status', curlLine(api, token), 'the curl command')}
</div>`
}

function used(): Html {
  return html`<div class="sheet">
<h1>This link no longer works.</h1>
<p>A sign-in link works once and for a limited time; this one has been used, or its time is over. Whoever runs this
server makes a new token with <code>nametag token create</code>.</p>
</div>`
}
