/** Writes src/domain/profile/emoji-data.ts from the package emoji-datasource, whose short names are Slack's.
 * `node scripts/make-emoji.mjs` writes; with `--check` it exits 1 where the file would change. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const TARGET = fileURLToPath(new URL('../src/domain/profile/emoji-data.ts', import.meta.url))
const TONES = ['1F3FB', '1F3FC', '1F3FD', '1F3FE', '1F3FF']

main()

function main() {
  const made = makeFile(require('emoji-datasource/emoji.json'), require('emoji-datasource/package.json').version)
  if (!process.argv.includes('--check')) {
    writeFileSync(TARGET, made)
    return
  }
  if (readFileSync(TARGET, 'utf8') === made) return
  console.error('src/domain/profile/emoji-data.ts is out of date: run node scripts/make-emoji.mjs')
  process.exitCode = 1
}

function makeFile(emoji, version) {
  const records = emoji.map(toRecord).sort()
  return `/** Made by scripts/make-emoji.mjs from emoji-datasource ${version} (MIT, Cal Henderson); not to be edited.
 * One emoji per line: its code points, its names, and how it takes skin tones: \`one\` where the tone follows the first
 * code point, and the pattern of two people, whose tones stand for \`A\` and \`B\`. */
export const EMOJI_TABLE = \`
${records.join('\n')}
\`
`
}

function toRecord({ unified, short_name, short_names, skin_variations: variations = {} }) {
  for (const name of short_names) {
    if (!/^[a-z0-9_+'-]+$/.test(name)) throw new Error(`the name ${name} does not fit the table`)
  }
  const single = Object.keys(variations).filter((tones) => !tones.includes('-'))
  const double = Object.keys(variations).filter((tones) => tones.includes('-'))
  const parts = [unified.toLowerCase(), short_names.join(',')]
  if (single.length > 0) parts.push(checkSingle(short_name, unified, variations))
  if (double.length > 0) parts.push(checkDouble(short_name, double, variations))
  return parts.join(' ')
}

/** All single tones follow one rule; should the data ever break it, the table needs another form. */
function checkSingle(name, unified, variations) {
  const [first, ...rest] = unified.split('-')
  if (rest[0] === 'FE0F') rest.shift()
  for (const tone of TONES) {
    if (variations[tone]?.unified !== [first, tone, ...rest].join('-'))
      throw new Error(`${name} takes tones by another rule`)
  }
  return 'one'
}

function checkDouble(name, double, variations) {
  const [a, b] = ['1F3FB', '1F3FC']
  const pattern = variations[`${a}-${b}`].unified.replace(a, 'A').replace(b, 'B')
  for (const tones of double) {
    const [left, right] = tones.split('-')
    const made = pattern.replace('A-', `${left}-`).replace(/B$/, right)
    if (variations[tones].unified !== made) throw new Error(`${name} takes two tones by another rule`)
  }
  return pattern.toLowerCase().replace(/-a-/, '-A-').replace(/-b$/, '-B')
}
