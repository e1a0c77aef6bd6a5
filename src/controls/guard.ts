import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { isLoopback } from '../loopback.ts'
import { ControlRefusal } from './control-refusal.ts'

/** Keeps out what a browser sends on behalf of a web page of somebody else. `host` is what the server listens on. */
export function judgeRequest(method: string, headers: IncomingHttpHeaders, host: string): ControlRefusal | undefined {
  return judgeHost(headers, host) ?? judgeOrigin(headers) ?? judgeContentType(method, headers)
}

/** A page whose name was made to lead to this machine sends its own name (DNS rebinding). */
function judgeHost({ host = '' }: IncomingHttpHeaders, bound: string): ControlRefusal | undefined {
  const name = hostnameOf(`http://${host}`)
  if (name !== undefined && (isOnThisMachine(name) || name === hostnameOf(urlOf(bound)))) return undefined
  if (name !== undefined && isEverywhere(bound) && cannotBeForeign(name)) return undefined
  return new ControlRefusal(403, 'foreign_host', 'use the address that the server was started with, such as 127.0.0.1')
}

/** A browser says whose page it is that sends something. Programs say nothing. */
function judgeOrigin({ origin, host = '', ...headers }: IncomingHttpHeaders): ControlRefusal | undefined {
  const site = headers['sec-fetch-site']
  const isOwn =
    origin === undefined || (URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host)
  if (isOwn && (site === undefined || site === 'same-origin' || site === 'none')) return undefined
  return new ControlRefusal(403, 'foreign_origin', 'web pages of other sites cannot use the controls')
}

/** No page can send this content type to another site without being asked first, and it is never answered then. */
function judgeContentType(method: string, headers: IncomingHttpHeaders): ControlRefusal | undefined {
  const type = headers['content-type']
  if (type === undefined ? method !== 'POST' && !hasBody(headers) : /^application\/json\s*(;|$)/i.test(type)) {
    return undefined
  }
  return new ControlRefusal(415, 'invalid_content_type', 'send JSON with the header Content-Type: application/json')
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

function urlOf(host: string): string {
  return isIP(host) === 6 ? `http://[${host}]` : `http://${host}`
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined
}

/** `name` as a URL writes it: a literal of IPv6 in brackets. Browsers lead every name under `.localhost` here. */
function isOnThisMachine(name: string): boolean {
  return name.endsWith('.localhost') || isLoopback(name.replace(/^\[(.*)\]$/, '$1'))
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** Addresses need no name, and a name without a dot, as containers have, belongs to no site of the internet. */
function cannotBeForeign(name: string): boolean {
  return name.startsWith('[') || isIP(name) === 4 || !name.includes('.')
}
