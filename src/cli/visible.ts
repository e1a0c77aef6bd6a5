// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Text from elsewhere, so that it cannot steer the terminal or turn the line around. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (unit) => {
    if (unit === '\n') return '\\n'
    if (unit === '\t') return '\\t'
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** The same, in quotes. */
export function quote(text: string): string {
  return text === '' ? '(empty)' : `"${visible(text)}"`
}
