import { hasWebhook } from './find-event.ts'
import type { Transport } from './transport.ts'
import type { Webhooks } from './webhook.ts'

/** The way of apps that have a request URL. Whether somebody listens there is known only by trying. */
export function createWebhookTransport(webhooks: Webhooks): Transport {
  return {
    name: 'webhook',
    serves: hasWebhook,
    isOpen: () => true,
    isEverywhere: true,
    addressOf: ({ requestUrl }) => requestUrl ?? '',
    tellsOfLimit: true,
    send: ({ app: { requestUrl, signingSecret }, event: { body }, retry }, signal) =>
      webhooks.post({ url: requestUrl ?? '', signingSecret, body, ...(retry && { retry }) }, signal),
  }
}
