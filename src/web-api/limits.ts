import type { Grant } from '../domain/grant.ts'
import type { UserId } from '../domain/ids.ts'
import type { Count } from '../domain/limits/count.ts'

/** A rate limit as data, on a method's declaration. */
export type Limit = TierLimit | TargetLimit | DistinctTargetsLimit | TokenLimit

/** Slack's tiers, per method, team and app: 1, 20, 50 and 100 calls a minute. */
export interface TierLimit {
  readonly kind: 'tier'
  readonly tier: 1 | 2 | 3 | 4
}

/** At most so many calls a minute by one token for one target. */
export interface TargetLimit {
  readonly kind: 'target'
  readonly perMinute: number
}

/** At most so many different targets a minute by one token. */
export interface DistinctTargetsLimit {
  readonly kind: 'distinct-targets'
  readonly perMinute: number
}

/** At most so many calls a minute by one token, while the argument is on. */
export interface TokenLimit {
  readonly kind: 'token'
  readonly perMinute: number
  readonly whileArg: string
}

export const TIER_PER_MINUTE = { 1: 1, 2: 20, 3: 50, 4: 100 } as const

export const tier = (number: 1 | 2 | 3 | 4): TierLimit => ({ kind: 'tier', tier: number })
export const perTarget = (perMinute: number): TargetLimit => ({ kind: 'target', perMinute })
export const distinctTargets = (perMinute: number): DistinctTargetsLimit => ({ kind: 'distinct-targets', perMinute })
export const perTokenWhile = (whileArg: string, perMinute: number): TokenLimit => ({
  kind: 'token',
  perMinute,
  whileArg,
})

/** A call, as far as limits look at it. */
export interface Counted {
  readonly method: string
  /** Empty without a token. */
  readonly teamId: string
  /** Who shares the tier with the caller: Slack counts per method, team and app. A token that belongs to no app counts for
   * itself, and a call without a token for its address. */
  readonly tierGroup: string
  readonly tokenId: string
  /** Whose profile it is about, where there is such a person. */
  readonly target: UserId | undefined
  /** In place of each that cannot be read its refusal. Absent where the call has no right to be made: such a call counts
   * against its tier alone. */
  readonly args: Readonly<Record<string, unknown>> | undefined
}

export function countsOf(limits: readonly Limit[], call: Counted): Count[] {
  const counts: Count[] = []
  for (const limit of limits) {
    const count = countOf(limit, call)
    if (count !== undefined) counts.push(count)
  }
  return counts
}

function countOf(limit: Limit, call: Counted): Count | undefined {
  const { method, teamId, tierGroup, tokenId, target, args } = call
  const holder = `${method} ${teamId} ${tokenId}`
  switch (limit.kind) {
    case 'tier':
      return { kind: 'bucket', teamId, key: `${method} ${teamId} ${tierGroup}`, perMinute: TIER_PER_MINUTE[limit.tier] }
    case 'token':
      if (args?.[limit.whileArg] !== true) return undefined
      return { kind: 'calls', teamId, ...windowOf(holder, limit.whileArg), max: limit.perMinute }
    case 'target':
      if (target === undefined) return undefined
      return { kind: 'calls', teamId, ...windowOf(holder, target), max: limit.perMinute }
    case 'distinct-targets':
      if (target === undefined) return undefined
      return { kind: 'distinct', teamId, key: holder, member: target, max: limit.perMinute }
    default:
      return limit satisfies never
  }
}

function windowOf(holder: string, name: string): { readonly holder: string; readonly key: string } {
  return { holder, key: `${holder} ${name}` }
}

/** The counts of a call with a token. Those of the usual calls, about the caller or about nobody, are made once for a
 * grant: the keys of counts that are met again need no hashing. */
export function countsOfGrant(
  limits: readonly Limit[],
  grant: Grant,
  call: Pick<Counted, 'method' | 'target' | 'args'>,
): readonly Count[] {
  const { method, target, args } = call
  const { teamId, tokenId } = grant
  const counted = () => ({ ...call, teamId, tierGroup: grant.appId ?? tokenId, tokenId })
  const isUsual = target === undefined || target === grant.userId
  if (
    !isUsual ||
    args === undefined ||
    limits.some((limit) => limit.kind === 'token' && args[limit.whileArg] === true)
  ) {
    return countsOf(limits, counted())
  }
  let usual = usualCounts.get(grant)
  if (usual === undefined) {
    usual = { ofNobody: new Map(), ofCaller: new Map() }
    usualCounts.set(grant, usual)
  }
  const known = target === undefined ? usual.ofNobody : usual.ofCaller
  let counts = known.get(method)
  if (counts === undefined) {
    counts = countsOf(limits, counted())
    known.set(method, counts)
  }
  return counts
}

interface UsualCounts {
  readonly ofNobody: Map<string, readonly Count[]>
  readonly ofCaller: Map<string, readonly Count[]>
}

const usualCounts = new WeakMap<Grant, UsualCounts>()

/** Whether a method's limits look at whom a call is about. */
export function countTargets(limits: readonly Limit[]): boolean {
  return limits.some(({ kind }) => kind === 'target' || kind === 'distinct-targets')
}
