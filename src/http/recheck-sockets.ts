import type { SocketSession } from '../delivery/socket-line.ts'
import type { Admission, SocketPass } from '../web-api/sockets.ts'

/** Connections that are asked of together. */
const RECHECKED_AT_ONCE_MAX = 500
/** How often at most, after commits, and for how many in a second. */
const RECHECK_MS_MIN = 1000
const RECHECKS_PER_SECOND_MAX = 1000
/** How often where other processes may revoke a token unheard. What is cached of one is half a second old at most, so that
 * it ends its connections within a second. */
const LOOK_FOR_ENDED_MS = 400

export interface Recheckable {
  readonly pass: SocketPass
  readonly session: SocketSession
}

export interface RecheckOptions {
  readonly guests: ReadonlySet<Recheckable>
  readonly admission: Admission
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

export function createRecheck({ guests, admission, isShared, log }: RecheckOptions): Recheck {
  let timer: NodeJS.Timeout | undefined
  let isWanted = false
  let isLooking = false
  let hasFailed = false
  const isOut = async ({ pass }: Recheckable) => (await admission.admit(pass)) === undefined
  const hasEnded = ({ pass }: Recheckable) => admission.hasEnded(pass)
  const looks = isShared ? setInterval(lookForEnded, LOOK_FOR_ENDED_MS).unref() : undefined

  function soon(): void {
    if (guests.size === 0) return
    isWanted = true
    if (timer === undefined) run()
  }

  function run(): void {
    timer = undefined
    if (!isWanted) return
    isWanted = false
    void revokeWhere(isOut)
    timer = setTimeout(run, Math.max(RECHECK_MS_MIN, (guests.size * 1000) / RECHECKS_PER_SECOND_MAX)).unref()
  }

  async function lookForEnded(): Promise<void> {
    if (isLooking) return
    isLooking = true
    await revokeWhere(hasEnded)
    isLooking = false
  }

  /** Where the store is away, connections stay: they are asked of again. */
  async function revokeWhere(isRevoked: (guest: Recheckable) => Promise<boolean>): Promise<void> {
    const revoke = async (guest: Recheckable) => {
      if (await isRevoked(guest)) guest.session.revoke()
    }
    try {
      const all = [...guests]
      for (let at = 0; at < all.length; at += RECHECKED_AT_ONCE_MAX) {
        await Promise.all(all.slice(at, at + RECHECKED_AT_ONCE_MAX).map(revoke))
      }
      hasFailed = false
    } catch (err) {
      if (!hasFailed) log.error({ err }, 'The tokens of open sockets could not be checked.')
      hasFailed = true
    }
  }

  return {
    soon,
    stop: () => {
      clearTimeout(timer)
      clearInterval(looks)
    },
  }
}
