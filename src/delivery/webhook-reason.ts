import { RefusedAddress } from './guarded-lookup.ts'
import { TimedOut } from './http-exchange.ts'
import type { Reason } from './webhook.ts'

const CONNECTION_CODES = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])

/** Node passes on what OpenSSL says of a certificate. */
const SSL_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO$)/

/** Slack's word for a failure without a whole answer. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof TimedOut) return 'http_timeout'
  if (error instanceof RefusedAddress) return 'connection_failed'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (CONNECTION_CODES.has(code)) return 'connection_failed'
  return SSL_CODE.test(code) ? 'ssl_error' : 'unknown_error'
}
