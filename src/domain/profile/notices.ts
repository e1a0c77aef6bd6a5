/** How much of a key is shown: a caller may send keys of 255 characters, fifty at a time. */
const SHOWN_KEY_LENGTH_MAX = 64

/** Names keys for a notice. Values are never shown: notices are logged by clients. */
export function quoteKeys(keys: readonly string[]): string {
  return keys.map(quoteKey).join(', ')
}

function quoteKey(key: string): string {
  const points = [...key]
  const shown = points.length > SHOWN_KEY_LENGTH_MAX ? `${points.slice(0, SHOWN_KEY_LENGTH_MAX).join('')}…` : key
  // JSON's escapes keep line breaks and control characters out of the logs of those who print notices.
  return `\`${JSON.stringify(shown).slice(1, -1)}\``
}
