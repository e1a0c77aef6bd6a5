import { isRefusal, type Refusal } from '../domain/errors.ts'
import type { UserId } from '../domain/ids.ts'
import type { Count } from '../domain/limits/count.ts'
import type { Limiter } from '../storage/limiter.ts'
import type { Store } from '../storage/store.ts'
import type { Caller } from './authenticate.ts'
import { countsOf, countsOfGrant, countTargets } from './limits.ts'
import type { Method } from './method.ts'

interface LimitServices {
  readonly store: Store
  readonly limiter: Limiter
  /** Off: calls are counted and never refused. */
  readonly enforceLimits: boolean
}

interface Counting {
  readonly caller: Caller | undefined
  readonly ip: string
  readonly args: Readonly<Record<string, unknown>> | Refusal
}

/** Counts the call; how many seconds it has to wait where it may not pass, else 0. At once where it can be known so. */
export function takeLimits(
  services: LimitServices,
  method: Method,
  { caller, ip, args: judged }: Counting,
  now: number,
): number | Promise<number> {
  const args = isRefusal(judged) ? undefined : judged
  const take = (target: UserId | undefined) => {
    const call = { method: method.name, target, args }
    if (caller !== undefined) return takeCounts(services, countsOfGrant(method.rate, caller.grant, call), now)
    return takeCounts(services, countsOf(method.rate, { ...call, teamId: '', tierGroup: ip, tokenId: '' }), now)
  }
  const target = caller && args && countTargets(method.rate) ? findTarget(services.store, caller, args) : undefined
  return target instanceof Promise ? target.then(take) : take(target)
}

function takeCounts(
  { limiter, enforceLimits }: LimitServices,
  counts: readonly Count[],
  now: number,
): number | Promise<number> {
  if (enforceLimits) return limiter.take(counts, now)
  limiter.takeAnyway(counts, now)
  return 0
}

/** An id that names nobody, or is none, counts against the tier only (docs/decisions/0032). */
function findTarget(
  store: Store,
  { grant, user }: Caller,
  args: Readonly<Record<string, unknown>>,
): UserId | undefined | Promise<UserId | undefined> {
  if (isRefusal(args.user)) return undefined
  const named = (args.user as UserId | undefined) ?? user.id
  return named === user.id ? named : store.findUser(grant.teamId, named).then((found) => found?.id)
}
