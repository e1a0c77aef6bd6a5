import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'

/** An answer that takes longer makes its name a slow one, until one comes sooner. */
const SLOW_MS = 1000
/** Redirects can name anything. */
const SLOW_NAMES_MAX = 1000

/** All addresses of a name. */
export type NameLookup = (hostname: string) => Promise<readonly LookupAddress[]>

/** Node has two threads for the names of everybody, and a question that nobody answers holds one for many seconds. So
 * questions for one name share an answer, and slow names are asked for one at a time: the receivers behind them hold up
 * each other and nobody else. */
export function createNameLookup(
  ask: NameLookup = (hostname) => lookup(hostname, { all: true }),
  slowMs: number = SLOW_MS,
): NameLookup {
  const running = new Map<string, ReturnType<NameLookup>>()
  const slow = new Set<string>()
  /** Resolves when no slow name is being asked for. */
  let lastSlow: Promise<unknown> = Promise.resolve()

  async function askInTime(hostname: string): ReturnType<NameLookup> {
    let isSlow = false
    const answer = ask(hostname)
    const timer = setTimeout(() => {
      isSlow = true
      if (slow.size >= SLOW_NAMES_MAX) slow.clear()
      slow.add(hostname)
      lastSlow = Promise.allSettled([lastSlow, answer])
    }, slowMs)
    try {
      return await answer
    } finally {
      clearTimeout(timer)
      if (!isSlow) slow.delete(hostname)
    }
  }

  function askInTurn(hostname: string): ReturnType<NameLookup> {
    if (!slow.has(hostname)) return askInTime(hostname)
    const answer = lastSlow.then(() => askInTime(hostname))
    lastSlow = answer.catch(() => {})
    return answer
  }

  return (hostname) => {
    const known = running.get(hostname)
    if (known !== undefined) return known
    const answer = askInTurn(hostname).finally(() => running.delete(hostname))
    running.set(hostname, answer)
    return answer
  }
}
