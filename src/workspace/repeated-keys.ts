import type { Spot } from './spot.ts'

/** Deeper than any workspace file goes: what stands there is an unknown key anyway. */
const DEPTH_MAX = 64

/** An object or an array that the walk is in. */
interface Open {
  readonly keys: Set<string>
  /** The key or the index of the value that the walk is at. */
  place: string | number
  /** Whether a string that comes now is a key. */
  atKey: boolean
}

/** Tells each key that stands twice in an object: JSON.parse keeps the last one and says nothing. `json` is text that it
 * takes, so the walk has only to tell keys from other strings. */
export function tellRepeatedKeys(json: string, top: Spot): void {
  const open: Open[] = []
  for (let at = 0; at < json.length; at++) {
    const inner = open.at(-1)
    switch (json[at]) {
      case '"': {
        const end = endOfString(json, at)
        if (inner?.atKey && isRepeated(inner, JSON.parse(json.slice(at, end + 1)))) {
          open.reduce((spot, { place }) => spot.at(place, undefined), top).problem('stands here twice')
        }
        at = end
        break
      }
      case '{':
        open.push({ keys: new Set(), place: '', atKey: true })
        break
      case '[':
        open.push({ keys: new Set(), place: 0, atKey: false })
        break
      case ',':
        if (inner !== undefined) goOn(inner)
        break
      case '}':
      case ']':
        open.pop()
        break
    }
    if (open.length > DEPTH_MAX) return
  }
}

function isRepeated(inner: Open, key: string): boolean {
  inner.place = key
  inner.atKey = false
  if (inner.keys.has(key)) return true
  inner.keys.add(key)
  return false
}

function goOn(inner: Open): void {
  if (typeof inner.place === 'number') inner.place++
  else inner.atKey = true
}

/** Where the quote is that ends a string: one before which there is no backslash, or each is escaped itself. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let backslashes = 0
    while (json[end - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return end
  }
}
