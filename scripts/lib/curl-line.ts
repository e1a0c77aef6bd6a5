import type { Example, Method } from '../../src/web-api/method.ts'

/** Where `nametag dev` listens unless told otherwise. */
const API = 'http://127.0.0.1:4390/api/'

/** An example as a line for a shell, to be pasted while `nametag dev` runs. */
export function curlLine({ name, verb }: Pick<Method, 'name' | 'verb'>, { token, args }: Example): string {
  const bearer = token === undefined ? [] : [`-H ${quoted(`Authorization: Bearer ${token}`)}`]
  return [
    `curl ${verb === 'GET' ? '-G ' : ''}${API}${name}`,
    ...bearer,
    ...(verb === 'GET' ? asQuery(args) : asJson(args)),
  ].join(' \\\n  ')
}

function asQuery(args: Example['args']): string[] {
  return Object.entries(args).map(([name, value]) => `--data-urlencode ${quoted(`${name}=${textOf(value)}`)}`)
}

function asJson(args: Example['args']): string[] {
  if (Object.keys(args).length === 0) return ['-X POST']
  return [`-H ${quoted('Content-Type: application/json; charset=utf-8')}`, `-d ${quoted(JSON.stringify(args))}`]
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
