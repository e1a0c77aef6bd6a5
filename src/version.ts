import { readFileSync } from 'node:fs'

/** From package.json, which stands one folder up both in the sources and when built. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
