import type { ConfirmEmailState } from './facts.ts'
import { type Html, html } from './html.ts'

export function confirmEmailTitle({ step }: ConfirmEmailState): string {
  switch (step) {
    case 'ask':
      return 'Confirm your email address'
    case 'confirmed':
      return 'Address confirmed'
    case 'expired':
      return 'Link expired'
    case 'used':
      return 'Link used up'
    case 'taken':
      return 'Address taken'
    default:
      return step satisfies never
  }
}

export function confirmEmailBody(state: ConfirmEmailState): Html {
  switch (state.step) {
    case 'ask':
      return ask(state.email)
    case 'confirmed':
      return sheet(
        'Your address is confirmed.',
        html`From now on your email address here is <strong>${state.email}</strong>. You can close this page.`,
      )
    case 'expired':
      return sheet(
        'This link is too old.',
        html`It worked for a day. Your address is what it was before; ask an admin of your team to change it once more,
and you get a new link.`,
      )
    case 'used':
      return sheet(
        'This link no longer works.',
        html`Either it has done its work already, or a later change has taken its place, or a part of it is missing: make
sure that you opened the whole link. If your address is not what it should be, ask an admin of your team to change it
once more.`,
      )
    case 'taken':
      return sheet(
        'Somebody else has this address by now.',
        html`An address belongs to one person of a team. Yours is what it was before; ask an admin of your team which
one it should be.`,
      )
    default:
      return state satisfies never
  }
}

/** A button, since programs that look at the links in mails open them but press nothing. */
function ask(email: string): Html {
  return html`<form method="post" class="sheet">
<h1>Is this your address?</h1>
<p>An admin of your team has asked for <strong>${email}</strong> to be your email address. It holds as soon as you confirm
it. If you know nothing of this, close this page: nothing changes then.</p>
<button class="main">Confirm my address</button>
</form>`
}

function sheet(heading: string, text: Html): Html {
  return html`<div class="sheet">
<h1>${heading}</h1>
<p>${text}</p>
</div>`
}
