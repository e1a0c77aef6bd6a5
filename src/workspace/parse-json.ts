/** JSON from a person's editor. V8 says where a mistake is only sometimes, so the place is looked for here. */
export function parseJson(text: string): { readonly value: unknown } | { readonly mistake: string } {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text
  try {
    return { value: JSON.parse(json) }
  } catch {
    const { at, wanted } = findMistake(json)
    const before = json.slice(0, at).split('\n')
    const column = (before.at(-1)?.length ?? 0) + 1
    return { mistake: `line ${before.length}, column ${column}: ${wanted}` }
  }
}

interface Mistake {
  readonly at: number
  readonly wanted: string
}

/** Walks the text as JSON.parse does, without recursion, up to what does not belong there. */
function findMistake(json: string): Mistake {
  const open: string[] = []
  let at = 0
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const found = pattern.exec(json)
    if (found) at += found[0].length
    return found !== null
  }
  const stop = (wanted: string): Mistake => ({
    at,
    wanted: at >= json.length ? `${wanted}, but the file ends` : wanted,
  })
  const key = (): boolean => skip(STRING) && skip(SPACE) && skip(/:/y)

  for (;;) {
    skip(SPACE)
    if (skip(/\{/y)) {
      open.push('}')
      skip(SPACE)
      if (!skip(/\}/y)) {
        if (key()) continue
        return stop('expected "key": value')
      }
      open.pop()
    } else if (skip(/\[/y)) {
      open.push(']')
      skip(SPACE)
      if (!skip(/\]/y)) continue
      open.pop()
    } else if (!skip(STRING) && !skip(SCALAR)) {
      return stop(
        json[at] === '"' ? 'a string is not closed, or has a character that must be escaped' : 'expected a value',
      )
    }
    // A value is complete: close what ends here, then go on after a comma.
    for (;;) {
      skip(SPACE)
      const closer = open.at(-1)
      if (closer === undefined) return stop('expected the end of the file')
      if (json[at] === closer) {
        at++
        open.pop()
        continue
      }
      if (!skip(/,/y)) return stop(`expected "," or "${closer}"`)
      skip(SPACE)
      if (json[at] === closer) return stop('there is a comma too many before this')
      if (closer === '}' && !key()) return stop('expected "key": value')
      break
    }
  }
}

const SPACE = /[ \t\r\n]*/y
// JSON forbids bare control characters inside strings.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y
