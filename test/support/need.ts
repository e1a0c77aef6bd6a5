import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'

/** Where programs for administrators are, which not everybody has on the path. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin']

/**
 * Where a program is that npm cannot install, with the Debian packages that bring it, parted by spaces; `also` names
 * files that have to be there beside it. Without them the test is left out, which `npm test` tells at its end, or fails
 * where NAMETAG_TEST_ALL is 1. No other skip passes.
 */
export function need(
  t: TestContext,
  program: string,
  packages: string,
  also: readonly string[] = [],
): string | undefined {
  const path = findProgram(program)
  const missing = [...(path === undefined ? [program] : []), ...also.filter((file) => !existsSync(file))]
  if (missing.length === 0) return path
  leaveOut(t, `${missing.join(' and ')} not found; on Debian: apt-get install ${packages}`)
  return undefined
}

/** Leaves a test out, as above, for want of something else. */
export function leaveOut(t: TestContext, complaint: string): void {
  if (process.env.NAMETAG_TEST_ALL === '1') throw new Error(complaint)
  t.skip(`NOT CHECKED HERE: ${complaint}`)
}

function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...folders, ...MORE_FOLDERS].map((folder) => join(folder, name)).find((path) => existsSync(path))
}
