import { createHmac } from 'node:crypto'

/** Slack's `X-Slack-Signature`. `timestamp` is in Unix seconds, of real time: receivers refuse what is older than five
 * minutes. `rawBody` is what is sent, byte for byte. */
export function signatureOf(signingSecret: string, timestamp: number, rawBody: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${rawBody}`).digest('hex')}`
}
