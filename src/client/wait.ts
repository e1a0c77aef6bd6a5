import type { FetchAnswer } from './options.ts'

/** Statuses that say that the call was not carried out and may be sent again. */
export function asksToWait(status: number): boolean {
  return status === 429 || status === 503
}

/** How long the answer asks to wait, in milliseconds; `undefined` where it does not say. */
export function retryAfterMs({ headers }: FetchAnswer): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000
  // HTTP allows a date as well, and proxies send it.
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}

/** For those that do not say: 1 s, 2 s, 4 s, … */
export function usualWaitMs(attempt: number): number {
  return 1000 * 2 ** (attempt - 1)
}

/** Rejects with the signal's reason as soon as it is aborted. */
export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, milliseconds)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}
