/** Deeper values mean nothing to any method; reading them on would only invite a full stack further in. */
const DEPTH_MAX = 64

const BROKEN = Symbol('broken JSON')

/** The value that a text holds, or `BROKEN` where it is no JSON or is nested too deeply. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isTooDeep(text) ? BROKEN : value
  } catch {
    return BROKEN
  }
}

export function isBroken(value: unknown): boolean {
  return value === BROKEN
}

/** Counts brackets outside of strings, in text that is known to be JSON. */
function isTooDeep(text: string): boolean {
  if (text.length <= 2 * DEPTH_MAX) return false
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === BACKSLASH) at++
      else if (code === QUOTE) inString = false
    } else if (code === QUOTE) inString = true
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > DEPTH_MAX) return true
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
  }
  return false
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
