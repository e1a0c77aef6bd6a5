import { EMOJI_TABLE } from './emoji-data.ts'

export interface StandardEmoji {
  /** Code points as the name of Slack's picture has them: `1f44b-1f3fc`. */
  readonly unicode: string
}

/** One entry of `status_emoji_display_info`, in Slack's words. */
export interface ResolvedEmoji {
  /** Without colons, as it was asked for: an alias keeps its own name. */
  readonly emoji_name: string
  readonly display_url: string
  /** What an alias stands for in the end. */
  readonly display_alias?: string
  /** Of a standard emoji only. */
  readonly unicode?: string
}

/** Where Slack's clients find the pictures of standard emoji. */
const STANDARD_PICTURES = 'https://a.slack-edge.com/production-standard-emoji-assets/14.0/apple-large'

/** No chain of aliases that anybody means is longer; a cycle ends here too. */
const ALIAS_HOPS_MAX = 8

/** Whether the text is written like an emoji: `:name:`, perhaps with a skin tone behind it. An empty name is well
 * written, there is only no such emoji. */
export function hasEmojiSyntax(text: string): boolean {
  return /^:[^:\s]*:(?::skin-tone-[^:\s]*:)?$/.test(text)
}

/** The emoji that `:name:` stands for in a team: its own, then the standard ones. */
export function resolveEmoji(shortcode: string, teamEmoji: ReadonlyMap<string, string>): ResolvedEmoji | undefined {
  if (!hasEmojiSyntax(shortcode)) return undefined
  const name = shortcode.slice(1, -1)
  const base = baseOf(name)
  const tone = name.slice(base.length)
  let target = base
  for (let hops = 0; hops <= ALIAS_HOPS_MAX; hops += 1) {
    const custom = teamEmoji.get(target)
    if (custom === undefined) return resolveStandard(name, target + tone)
    if (!custom.startsWith(ALIAS))
      return tone === '' ? { emoji_name: name, display_url: custom, ...aliasOf(name, target) } : undefined
    target = custom.slice(ALIAS.length)
  }
  return undefined
}

/** An emoji of the standard set by its short name, which may carry skin tones: `wave::skin-tone-2`. */
export function standardEmoji(name: string): StandardEmoji | undefined {
  const base = baseOf(name)
  const line = standardLines().get(base)
  if (line === undefined) return undefined
  return base === name ? { unicode: line.slice(0, line.indexOf(' ')) } : withTone(line, name.slice(base.length))
}

/** Whether a name contains an emoji: the character itself, or the shortcode of one that exists — docs/decisions/0018 */
export function containsEmoji(text: string, teamEmoji: ReadonlyMap<string, string>): boolean {
  return EMOJI_CHARACTER.test(text) || containsShortcode(text, teamEmoji)
}

/** Digits, #, * and the signs of trade are emoji to Unicode only with a mark behind them. */
const EMOJI_CHARACTER = /(?![0-9#*©®™])\p{Emoji}|[0-9#*]\uFE0F?\u20E3|[©®™]\uFE0F/u

function containsShortcode(text: string, teamEmoji: ReadonlyMap<string, string>): boolean {
  let start = text.indexOf(':')
  while (start >= 0) {
    const end = text.indexOf(':', start + 1)
    if (end < 0) return false
    if (resolveEmoji(text.slice(start, end + 1), teamEmoji) !== undefined) return true
    start = end
  }
  return false
}

function resolveStandard(name: string, target: string): ResolvedEmoji | undefined {
  const standard = standardEmoji(target)
  if (standard === undefined) return undefined
  const { unicode } = standard
  const display_url = `${STANDARD_PICTURES}/${unicode}.png`
  return { emoji_name: name, display_url, unicode, ...aliasOf(name, target) }
}

function aliasOf(name: string, target: string): { readonly display_alias?: string } {
  return name === target ? {} : { display_alias: target }
}

const ALIAS = 'alias:'
const TONE = '::skin-tone-'

function baseOf(name: string): string {
  const end = name.indexOf(TONE)
  return end < 0 ? name : name.slice(0, end)
}

let lines: ReadonlyMap<string, string> | undefined

/** Names that every Slack team has beside the standard ones. Assumption: each shows the standard emoji it resembles. */
const SLACK_NAMES: readonly (readonly [string, string])[] = [
  ['squirrel', 'chipmunk'],
  ['simple_smile', 'slightly_smiling_face'],
  ['white_square', 'white_large_square'],
  ['black_square', 'black_large_square'],
  ['pride', 'rainbow-flag'],
]

/** Each name to its line, read on first use: a server that nobody sends an emoji need not know any. */
function standardLines(): ReadonlyMap<string, string> {
  lines ??= readTable()
  return lines
}

function readTable(): ReadonlyMap<string, string> {
  const read = new Map<string, string>()
  for (const line of EMOJI_TABLE.trim().split('\n')) {
    const [, names = ''] = line.split(' ', 2)
    for (const name of names.split(',')) read.set(name, line)
  }
  for (const [name, standard] of SLACK_NAMES) read.set(name, read.get(standard) ?? '')
  return read
}

/** Slack's tones are numbered 2 to 6; two people take one each, `skin-tone-2-5`, or share one. */
function withTone(line: string, suffix: string): StandardEmoji | undefined {
  const match = /^::skin-tone-([2-6])(?:-([2-6]))?$/.exec(suffix)
  const left = toneOf(match?.[1])
  if (left === undefined) return undefined
  const right = toneOf(match?.[2])
  const [unicode = '', , ...tones] = line.split(' ')
  const pair = tones.find((part) => part !== 'one')

  if (tones.includes('one') && (right === undefined || right === left)) {
    const [first, ...rest] = unicode.split('-')
    if (rest[0] === 'fe0f') rest.shift()
    return right === undefined || pair !== undefined ? { unicode: [first, left, ...rest].join('-') } : undefined
  }
  return pair === undefined ? undefined : { unicode: pair.replace('A', left).replace('B', right ?? left) }
}

function toneOf(digit: string | undefined): string | undefined {
  return digit === undefined ? undefined : ['1f3fb', '1f3fc', '1f3fd', '1f3fe', '1f3ff'][Number(digit) - 2]
}
