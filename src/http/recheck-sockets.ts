import type { SocketSession } from '../delivery/socket-line.ts'
import type { Admit, SocketPass } from '../web-api/sockets.ts'

/** Tokens that are looked at together. */
const RECHECKED_AT_ONCE_MAX = 500
/** How often at most, after commits of this process. */
const RECHECK_MS_MIN = 1000
/** How often where other processes may revoke a token unheard: what is cached of one is half a second old at most. */
const RECHECK_SHARED_MS = 400

export interface Recheckable {
  readonly pass: SocketPass
  readonly session: SocketSession
}

export interface RecheckOptions {
  readonly guests: ReadonlySet<Recheckable>
  readonly admit: Admit
  readonly isShared: boolean
  readonly log: {
    error(fields: object, message: string): void
  }
}

/** Asks of each connection whether its token still allows it. */
export interface Recheck {
  /** Now, unless it was done a moment ago: then a moment later. */
  soon(): void
  stop(): void
}

export function createRecheck({ guests, admit, isShared, log }: RecheckOptions): Recheck {
  let timer: NodeJS.Timeout | undefined
  let isWanted = false
  let isRunning = false
  let isStopped = false
  let hasFailed = false

  function soon(): void {
    if (isStopped || guests.size === 0) return
    isWanted = true
    if (timer === undefined && !isRunning) void run()
  }

  async function run(): Promise<void> {
    timer = undefined
    if (guests.size === 0 || (!isWanted && !isShared)) return
    isWanted = false
    isRunning = true
    await recheckAll()
    isRunning = false
    if (!isStopped) timer = setTimeout(run, isShared ? RECHECK_SHARED_MS : RECHECK_MS_MIN).unref()
  }

  /** Where the store is away, connections stay: they are asked of again. */
  async function recheckAll(): Promise<void> {
    try {
      const all = [...guests]
      for (let at = 0; at < all.length; at += RECHECKED_AT_ONCE_MAX) {
        await Promise.all(all.slice(at, at + RECHECKED_AT_ONCE_MAX).map(recheck))
      }
      hasFailed = false
    } catch (err) {
      if (!hasFailed) log.error({ err }, 'The tokens of open sockets could not be checked.')
      hasFailed = true
    }
  }

  async function recheck({ pass, session }: Recheckable): Promise<void> {
    if ((await admit(pass)) === undefined) session.revoke()
  }

  return {
    soon,
    stop: () => {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
