import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { SocketPass } from '../web-api/sockets.ts'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const DIGEST_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What the store keeps of a ticket is of no use without the ticket (docs/decisions/0052). */
export function sealPass(pass: SocketPass, ticket: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, secretsOf(ticket).key, nonce)
  const sealed = [cipher.update(JSON.stringify(pass), 'utf8'), cipher.final()]
  return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]).toString('base64url')
}

/** Throws where it was sealed for another ticket, or changed since. */
export function unsealPass(text: string, ticket: string): SocketPass {
  const sealed = Buffer.from(text, 'base64url')
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(CIPHER, secretsOf(ticket).key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  const opened = [decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]
  return JSON.parse(Buffer.concat(opened).toString('utf8'))
}

/** By which the store knows a ticket. */
export function digestOfTicket(ticket: string): string {
  return secretsOf(ticket).digest.toString('hex')
}

/** Neither leads to the other, nor back to the ticket. */
function secretsOf(ticket: string): { readonly key: Buffer; readonly digest: Buffer } {
  const secrets = Buffer.from(hkdfSync('sha256', ticket, '', 'nametag socket ticket', KEY_BYTES + DIGEST_BYTES))
  return { key: secrets.subarray(0, KEY_BYTES), digest: secrets.subarray(KEY_BYTES) }
}
