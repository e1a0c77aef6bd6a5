import type { UserId } from '../domain/ids.ts'

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

/** Counts calls. `take…` answer 0 where the call may pass and was counted, else the whole seconds until it would pass
 * (then nothing was counted: docs/decisions/0032). */
export interface Limiter {
  /** `key` names method, team and app, or the address of a caller without a token. */
  takeTier(key: string, perMinute: number, now: number): number
  /** Gives back what `takeTier` took, for a call that a window refuses after all. */
  returnTier(key: string, perMinute: number): void
  /** `key` names the window; `slot` is what has to be different, or anything where every call counts. */
  takeWindow(windows: readonly Window[], now: number): number
}

/** A sliding minute. All windows of a call pass together, or none is counted. */
export type Window =
  | { readonly kind: 'calls'; readonly key: string; readonly max: number }
  | { readonly kind: 'distinct'; readonly key: string; readonly member: string; readonly max: number }

/** The windows that a call of these limits falls into. */
export function windowsOf(
  limits: readonly Limit[],
  call: {
    readonly method: string
    readonly tokenId: string
    readonly target: UserId | undefined
    readonly args: Readonly<Record<string, unknown>>
  },
): Window[] {
  const windows: Window[] = []
  const base = `${call.method} ${call.tokenId}`
  for (const limit of limits) {
    if (limit.kind === 'token' && call.args[limit.whileArg] === true) {
      windows.push({ kind: 'calls', key: `${base} ${limit.whileArg}`, max: limit.perMinute })
    }
    if (call.target === undefined) continue
    if (limit.kind === 'target') windows.push({ kind: 'calls', key: `${base} ${call.target}`, max: limit.perMinute })
    if (limit.kind === 'distinct-targets') {
      windows.push({ kind: 'distinct', key: base, member: call.target, max: limit.perMinute })
    }
  }
  return windows
}
