import { personOf, tokenOf } from '../served-nodes.ts'
import type { Balancer } from './balancer.ts'

/** What callers sent and were told. */
export interface Called {
  readonly token: string
  readonly target: string
  /** Written nowhere else. */
  readonly value: string
  readonly kind: 'plain' | 'expiring' | 'wrong' | 'eager'
  readonly node: string
  /** Unix milliseconds. */
  readonly sentAt: number
  readonly answeredAt: number
  /** `unknown`: the server said so, or said nothing. */
  readonly outcome: 'acknowledged' | 'refused' | 'unknown'
  /** The code of a refusal; what went wrong otherwise. */
  readonly reason: string
}

export interface Load {
  readonly calls: readonly Called[]
  acknowledged(): number
  stop(): Promise<void>
}

export interface LoadOptions {
  readonly balancer: Balancer
  readonly random: () => number
  /** People whose profiles are written in turns. */
  readonly people: number
  readonly callsPerSecond: number
}

/** People whose tokens are used as often as can be, to meet the limits; they come after the others. */
export const EAGER = 4
/** Enough for most of them to go on while calls to a node that stands still hang until their timeout. */
const CALLERS = 64
/** Longer than anything on the server's side. */
const TIMEOUT_MS = 15_000
const EAGER_SHARE = 0.25
const WRONG_SHARE = 0.05
const EXPIRING_SHARE = 0.1
const TOO_LONG = 'x'.repeat(200)

/** Writes to people in turns, at an even pace, as long as it is not stopped. */
export function startLoad({ balancer, random, people, callsPerSecond }: LoadOptions): Load {
  const calls: Called[] = []
  let isRunning = true
  let started = 0
  let nextAt = performance.now()
  let turn = 0

  const draw = () => {
    const value = `v${started}`
    const chance = random()
    if (chance < EAGER_SHARE) return { kind: 'eager', index: people + (started % EAGER), value } as const
    turn += 1
    const index = turn % people
    if (chance < EAGER_SHARE + WRONG_SHARE) return { kind: 'wrong', index, value } as const
    if (chance < EAGER_SHARE + WRONG_SHARE + EXPIRING_SHARE) return { kind: 'expiring', index, value } as const
    return { kind: 'plain', index, value } as const
  }

  const callOne = async () => {
    while (isRunning) {
      // Where the machine is too slow for this pace, nothing is made up for.
      nextAt = Math.max(nextAt + 1000 / callsPerSecond, performance.now())
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, nextAt - performance.now())))
      if (!isRunning) return
      started += 1
      const { kind, index, value } = draw()
      const slot = balancer.next()
      const token = tokenOf(index)
      const sentAt = Date.now()
      const told = await send(slot.node.api, token, profileFor(kind, value, random))
      calls.push({
        token,
        target: personOf(index),
        value,
        kind,
        node: slot.name,
        sentAt,
        answeredAt: Date.now(),
        ...told,
      })
    }
  }

  const calling = Array.from({ length: CALLERS }, callOne)
  return {
    calls,
    acknowledged: () => calls.filter(({ outcome }) => outcome === 'acknowledged').length,
    stop: async () => {
      isRunning = false
      await Promise.all(calling)
    },
  }
}

/** Each write sets the title to its value. */
function profileFor(kind: Called['kind'], value: string, random: () => number): object {
  if (kind === 'wrong') return { title: value, status_text: TOO_LONG }
  if (kind !== 'expiring') return { title: value }
  const status_expiration = Math.floor(Date.now() / 1000) + 1 + Math.floor(random() * 8)
  return { title: value, status_text: value, status_emoji: ':train:', status_expiration }
}

async function send(api: string, token: string, profile: object): Promise<Pick<Called, 'outcome' | 'reason'>> {
  try {
    const response = await fetch(`${api}users.profile.set`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ profile }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const { ok, error } = (await response.json()) as { ok: boolean; error?: string }
    if (ok) return { outcome: 'acknowledged', reason: '' }
    return { outcome: error === 'fatal_error' ? 'unknown' : 'refused', reason: error ?? '' }
  } catch (error) {
    const { name, cause } = error as Error
    const code = (cause as { readonly code?: string } | undefined)?.code ?? name
    // Nobody listened, so nobody heard.
    return { outcome: code === 'ECONNREFUSED' ? 'refused' : 'unknown', reason: code }
  }
}
