import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { send } from './send.ts'

/** Workers that change people over the network in a closed loop, and remember what they were told. Each has people of
 * its own, so that the order of what was written to one person is known. */

export const WORKERS = 64
const PEOPLE_PER_WORKER = 2
export const TEAM_ID = 'T0CRASH01'
export const SERIAL_FIELD = 'Xf0SERIAL1'

export interface Person {
  readonly id: string
  /** The highest number that an answer has confirmed. */
  acknowledged: number
  /** The highest number that was sent: `acknowledged`, or one more whose answer never came. */
  sent: number
  /** What `sent` was when everything was checked last. */
  checked: number
}

export interface Worker {
  readonly token: string
  readonly people: readonly Person[]
}

export function makeWorkers(): Worker[] {
  return Array.from({ length: WORKERS }, (_, worker) => ({
    token: `xoxp-worker${worker}`,
    people: Array.from({ length: PEOPLE_PER_WORKER }, (_, person) => ({
      id: `U0P${String(worker * PEOPLE_PER_WORKER + person).padStart(5, '0')}`,
      acknowledged: 0,
      sent: 0,
      checked: 0,
    })),
  }))
}

/** The workspace file of these workers: an admin each, with a token, and members. */
export function workspaceOf(workers: readonly Worker[]): string {
  return JSON.stringify({
    team: { id: TEAM_ID, name: 'Crash Co', domain: 'crash', plan: 'paid' },
    profile_fields: [{ id: SERIAL_FIELD, label: 'Serial', type: 'text' }],
    users: workers.flatMap(({ people }, index) => [
      { id: adminOf(index), name: `admin${index}`, role: index === 0 ? 'primary_owner' : 'admin' },
      ...people.map(({ id }) => ({ id, name: id.toLowerCase(), role: 'member' })),
    ]),
    tokens: workers.map(({ token }, index) => ({
      token,
      user: adminOf(index),
      scopes: ['users.profile:write', 'users.profile:read'],
    })),
  })
}

function adminOf(worker: number): string {
  return `U0W${String(worker).padStart(5, '0')}`
}

export interface Load {
  /** Resolves when every worker has stopped, because its connection broke or it was told to. */
  readonly finished: Promise<void>
  /** How many answers have come. */
  answered(): number
  stop(): void
}

/** Every call writes its number in four places, which have to agree for ever after. */
export function startLoad(api: string, workers: readonly Worker[]): Load {
  let answered = 0
  let stopped = false
  const agent = new Agent({ keepAlive: true, maxSockets: WORKERS })

  async function work({ token, people }: Worker): Promise<void> {
    for (let turn = 0; !stopped; turn++) {
      const person = people[turn % people.length] as Person
      person.sent += 1
      const answer = await set(token, person).catch(() => undefined)
      if (answer === undefined) return
      assert.equal(answer.ok, true, JSON.stringify(answer))
      assert.equal(answer.profile.title, textOf(person.sent))
      person.acknowledged = person.sent
      answered += 1
    }
  }

  async function set(token: string, { id, sent }: Person) {
    const text = textOf(sent)
    const profile = {
      status_text: text,
      status_emoji: ':train:',
      title: text,
      phone: text,
      fields: { [SERIAL_FIELD]: text },
    }
    const { json } = await send(`${api}users.profile.set`, {
      agent,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ user: id, profile }),
    })
    return json
  }

  const finished = Promise.all(workers.map(work)).then(() => agent.destroy())
  return {
    finished,
    answered: () => answered,
    stop: () => {
      stopped = true
    },
  }
}

function textOf(serial: number): string {
  return `serial ${serial}`
}

/** The one number that all places hold; 0 where they were never set. It fails where they do not agree. */
export function serialOf(places: readonly (string | undefined)[], about: string): number {
  const [first = '', ...others] = places.map((text) => text ?? '')
  for (const other of others) assert.equal(other, first, `${about}: half of one call and half of another: ${places}`)
  if (first === '') return 0
  const [, digits] = /^serial (\d+)$/.exec(first) ?? []
  assert.ok(digits, `${about} holds what nobody sent: ${first}`)
  return Number(digits)
}
