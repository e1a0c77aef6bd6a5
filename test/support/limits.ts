import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Grant } from '../../src/domain/grant.ts'
import type { UserId } from '../../src/domain/ids.ts'
import type { Services } from '../../src/web-api/dispatch.ts'
import { type Harness, startHarness } from './harness.ts'
import type { Request } from './request.ts'
import { aGrant, aWorld, ids, type World } from './world.ts'

export const SET = 'users.profile.set'
export const GET = 'users.profile.get'

export async function start(
  t: TestContext,
  { worlds = [aWorld()], ...more }: Partial<Services> & { worlds?: World[] } = {},
) {
  const harness = await startHarness(worlds, undefined, more)
  t.after(() => harness.close())
  return harness
}

/** 0 where the call passed, else its `Retry-After`. */
export async function waitOf(harness: Harness, method: string, request: Request): Promise<number> {
  const { status, headers, json } = await harness.call(method, request)
  assert.equal(status === 429, json.error === 'ratelimited')
  if (status !== 429) return 0
  assert.match(headers['retry-after'] ?? '', /^[1-9]\d*$/)
  assert.equal(headers['x-slack-failure'], 'ratelimited')
  return Number(headers['retry-after'])
}

export async function waitsOf(harness: Harness, times: number, method: string, request: Request): Promise<number[]> {
  const waits: number[] = []
  for (let call = 0; call < times; call++) waits.push(await waitOf(harness, method, request))
  return waits
}

export const set = (as: string, user?: string): Request => ({
  as,
  args: { ...(user === undefined ? {} : { user }), profile: { title: 'Barista' } },
})
export const zeros = (count: number) => Array.from({ length: count }, () => 0)

/** A world in which Ada, with many apps, and a crowd stand ready. */
export function crowded(people: number, grants: Readonly<Record<string, Partial<Grant>>> = {}): World {
  const world = aWorld()
  const [model] = world.users
  assert.ok(model)
  const crowd = Array.from({ length: people }, (_, index) => ({
    ...model,
    ...{ id: crowdId(index), role: 'member' as const, email: null, name: `crowd${index}`, ordinal: 100 + index },
  }))
  const more = Object.entries(grants).map(([token, grant]) => ({
    token,
    grant: aGrant({ tokenId: token, userId: ids.ada, ...grant }),
  }))
  return { ...world, users: [...world.users, ...crowd], tokens: [...world.tokens, ...more] }
}

export const crowdId = (index: number) => `U0CROWD${String(index).padStart(3, '0')}` as UserId
