import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CannotStart } from './cannot-start.ts'
import type { Env } from './read-flags.ts'

/** Where the token is to come from. It never comes from a flag: other users of the machine can read those. */
export type TokenSource =
  | { readonly from: 'environment'; readonly name: string; readonly token: string }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'stdin' }
  /** The file where a token is kept for good, which may not be there. */
  | { readonly from: 'home'; readonly path: string }

/** No token is nearly as long. */
const TOKEN_LENGTH_MAX = 4096
const MORE_THAN_THE_OWNER = 0o077

export function tokenSource(tokenFile: string | undefined, env: Env): TokenSource {
  if (tokenFile === '-') return { from: 'stdin' }
  if (tokenFile !== undefined) return { from: 'file', path: tokenFile }
  for (const name of ['NAMETAG_TOKEN', 'SLACK_TOKEN']) {
    const token = env[name]
    if (token) return { from: 'environment', name, token }
  }
  // https://specifications.freedesktop.org/basedir-spec: a path that is not absolute is ignored.
  const config = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(env.HOME || homedir(), '.config')
  return { from: 'home', path: join(config, 'nametag', 'token') }
}

/** The token itself. */
export function readToken(source: TokenSource): string {
  switch (source.from) {
    case 'environment':
      return checked(source.token, source.name)
    case 'stdin':
      return checked(readFileSync(0, 'utf8'), 'Stdin')
    case 'file':
    case 'home':
      return checked(readPrivateFile(source), source.path)
    default:
      return source satisfies never
  }
}

function readPrivateFile({ from, path }: { readonly from: 'file' | 'home'; readonly path: string }): string {
  try {
    // Windows has no such modes: there, the folder of the user is what keeps others out.
    if (process.platform !== 'win32' && (statSync(path).mode & MORE_THAN_THE_OWNER) !== 0) {
      throw new CannotStart(`Others can read the token in ${path}; close it with: chmod 600 ${quoteForShell(path)}`)
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof CannotStart) throw error
    if (from === 'home' && (error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new CannotStart(
        `There is no token: set NAMETAG_TOKEN, name a file with --token-file, or put one into ${path}.`,
      )
    }
    throw new CannotStart(`The token in ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`)
  }
}

/** What is wrong is told without the text, which may be a token all the same. */
function checked(text: string, place: string): string {
  const token = text.trim()
  if (token === '') throw new CannotStart(`${place} holds no token.`)
  if (token.length > TOKEN_LENGTH_MAX || !/^[\x21-\x7e]+$/.test(token)) {
    throw new CannotStart(`${place} holds something that is not one token.`)
  }
  return token
}

function quoteForShell(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
