import { didYouMean } from '../did-you-mean.ts'
import { isPlainObject } from './read-object.ts'
import { readHttpUrl } from './read-values.ts'
import type { Spot } from './spot.ts'

export const CUSTOM_EMOJI_MAX = 20_000

/** Custom emoji by name, each an address or an alias of one that exists. */
export function readEmoji(spot: Spot, isStandard: (name: string) => boolean): Map<string, string> | undefined {
  if (!isPlainObject(spot.value)) return spot.problem('must be an object')
  const entries = Object.entries(spot.value)
  if (entries.length > CUSTOM_EMOJI_MAX) return spot.problem(`has more than ${CUSTOM_EMOJI_MAX} emoji`)

  const emoji = new Map<string, string>()
  for (const [name, value] of entries) {
    const target = readTarget(spot.at(name, value), name)
    if (target !== undefined) emoji.set(name, target)
  }
  for (const name of emoji.keys()) checkAlias(spot, name, emoji, isStandard)
  return emoji
}

function readTarget(spot: Spot, name: string): string | undefined {
  if (!/^[a-z0-9_+'-]{1,100}$/.test(name)) {
    return spot.problem("an emoji's name is lower-case letters, digits and _ + - ', at most 100")
  }
  if (typeof spot.value === 'string' && spot.value.startsWith('alias:')) return spot.value
  if (typeof spot.value === 'string' && /^https?:/.test(spot.value)) return readHttpUrl(spot)
  return spot.problem('must be an http or https URL, or "alias:" and the name of another emoji')
}

function checkAlias(spot: Spot, name: string, emoji: Map<string, string>, isStandard: (name: string) => boolean): void {
  const passed = new Set([name])
  let target = emoji.get(name)
  while (target?.startsWith('alias:')) {
    const next = target.slice('alias:'.length)
    target = emoji.get(next)
    const wrong = passed.has(next) ? 'is an alias of itself' : unknownAlias(next, emoji, isStandard)
    if (wrong !== undefined) {
      spot.at(name, emoji.get(name)).problem(wrong)
      return
    }
    passed.add(next)
  }
}

function unknownAlias(
  name: string,
  emoji: Map<string, string>,
  isStandard: (name: string) => boolean,
): string | undefined {
  if (emoji.has(name) || isStandard(name)) return undefined
  return `is an alias of "${name.slice(0, 100)}", which does not exist${didYouMean(name, emoji.keys())}`
}
