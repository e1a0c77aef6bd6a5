import { curlLine, sdkSnippet } from './first-call.ts'
import { type Html, html } from './html.ts'

/** Hidden until the script runs. It copies the element right before it. */
export function copyButton(what: string): Html {
  return html`<button type="button" class="copy" aria-label="Copy ${what}" hidden>Copy</button>`
}

export function firstCalls(api: string, token: string): Html {
  return html`<div class="try">
${codeBlock('Set a status from a shell', curlLine(api, token), 'the curl command')}
${codeBlock('Or point the SDK you already use at it', sdkSnippet(api, token), 'the JavaScript')}
</div>`
}

/** Long lines are broken for the eye alone: what is copied has the breaks of `code`. */
export function codeBlock(caption: string, code: string, what: string): Html {
  return html`<figure><figcaption>${caption}</figcaption>
<pre><code>${code}</code></pre>${copyButton(what)}</figure>`
}
