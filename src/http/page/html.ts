/** Markup that is safe to send: everything put into it was escaped, or was safe itself. */
export interface Html {
  readonly markup: string
}

type Content = string | number | Html | undefined | readonly Html[]

/** Template tag: texts are escaped, other pieces of `Html` go in as they are, `undefined` leaves nothing. */
export function html(literals: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const pieces = literals.map((literal, index) => literal + markupOf(contents[index]))
  return { markup: pieces.join('') }
}

function markupOf(content: Content): string {
  if (content === undefined) return ''
  if (typeof content === 'string') return escapeText(content)
  if (typeof content === 'number') return String(content)
  return 'markup' in content ? content.markup : content.map((piece) => piece.markup).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
