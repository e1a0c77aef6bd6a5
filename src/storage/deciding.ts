import { isRefusal, type Refusal } from '../domain/errors.ts'
import type { EventType, OtherFact } from '../domain/event.ts'
import type { TeamId, UserId } from '../domain/ids.ts'
import type { Team } from '../domain/team.ts'
import type { User } from '../domain/user.ts'
import { Rows } from './rows.ts'
import type { Change, ChangeKey, Loaded, TeamChange } from './store.ts'

/** One waiting `change`. */
export interface ChangeCall {
  readonly key: ChangeKey
  readonly decide: (loaded: Loaded) => Refusal | Change
  readonly resolve: (decision: Refusal | Change) => void
  readonly reject: (error: unknown) => void
}

/** What the database held when the batch began. */
export interface Committed {
  findTeam(teamId: TeamId): Team | undefined
  findUser(teamId: TeamId, userId: UserId): User | undefined
  findEmailOwner(teamId: TeamId, emailLower: string): UserId | undefined
}

/** A row to replace, and the log entries that tell of it. */
export interface Write {
  readonly before: User
  /** The same object as `before` where facts alone are written. */
  readonly after: User
  /** The user encoded once, for its own row and for the log's. */
  readonly body: string
  readonly events: readonly EventType[]
  readonly facts: readonly EncodedFact[]
  /** Unix milliseconds. */
  readonly at: number
}

export interface EncodedFact {
  readonly fact: OtherFact
  readonly body: string
}

/** How a call came out, to be told after the commit. */
export type Outcome =
  | { readonly call: ChangeCall; readonly decision: Refusal | Change; readonly write: Write | null }
  | { readonly call: ChangeCall; readonly thrown: unknown }

/** Runs the calls in order, each against the state that its predecessors left, until the rows to write reach `textMax`
 * characters. Calls that are not among the outcomes belong to the next batch. */
export function decideCalls(calls: readonly ChangeCall[], committed: Committed, textMax: number): readonly Outcome[] {
  const state = new BatchState(committed)
  const outcomes: Outcome[] = []
  let textLength = 0
  for (const call of calls) {
    if (textLength >= textMax) break
    const outcome = decideCall(call, state)
    outcomes.push(outcome)
    if ('write' in outcome && outcome.write !== null) textLength += textLengthOf(outcome.write)
  }
  return outcomes
}

export function writesOf(outcomes: readonly Outcome[]): readonly Write[] {
  return outcomes.flatMap((outcome) => ('write' in outcome && outcome.write !== null ? [outcome.write] : []))
}

/** Answers every call of a batch that is committed. */
export function settle(outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    if ('thrown' in outcome) outcome.call.reject(outcome.thrown)
    else outcome.call.resolve(outcome.decision)
  }
}

function decideCall(call: ChangeCall, state: BatchState): Outcome {
  try {
    const loaded = state.load(call.key)
    const decision = call.decide(loaded)
    if (isRefusal(decision) || writesNothing(decision, loaded.user)) return { call, decision, write: null }

    const write = toWrite(call.key, loaded.user, decision)
    state.apply(write)
    return { call, decision, write }
  } catch (thrown) {
    return { call, thrown }
  }
}

function writesNothing({ user, facts }: Change, before: User | undefined): boolean {
  return user === before && (facts === undefined || facts.length === 0)
}

function toWrite(key: ChangeKey, before: User | undefined, change: Change): Write {
  const { user, facts, at = user.updated * 1000 } = change
  if (before === undefined) throw new Error(`A change needs a user who exists: ${key.userId} of ${key.teamId}.`)
  if (user.id !== before.id || user.teamId !== before.teamId || user.ordinal !== before.ordinal) {
    throw new Error(`A change of ${key.userId} must keep the user's id, team and ordinal.`)
  }
  const encoded = facts === undefined ? NO_FACTS : facts.map(encodeFact)
  if (user === before) return { before, after: user, body: '', events: [], facts: encoded, at }
  return { before, after: user, body: JSON.stringify(user), events: change.events, facts: encoded, at }
}

export function encodeFact(fact: OtherFact): EncodedFact {
  return { fact, body: JSON.stringify(fact) }
}

const NO_FACTS: readonly EncodedFact[] = []

function textLengthOf({ body, facts }: Write): number {
  return facts.reduce((length, fact) => length + fact.body.length, body.length)
}

/** What a decision about a team says, and what of it is to be written. */
export function decideTeam<Decision extends Refusal | TeamChange>(
  teamId: TeamId,
  team: Team | undefined,
  decide: (team: Team) => Decision,
): { readonly decision: Decision; readonly changed: TeamChange | undefined } {
  if (team === undefined) throw new Error(`There is no team ${teamId}.`)
  const decision = decide(team)
  const change: Refusal | TeamChange = decision
  if (isRefusal(change) || change.team === team) return { decision, changed: undefined }
  if (change.team.id !== teamId) throw new Error(`A change of ${teamId} must keep the team's id.`)
  return { decision, changed: change }
}

/** What was committed, and over it what the batch has decided so far. */
class BatchState {
  readonly #committed: Committed
  readonly #users = new Rows<User>()
  /** `null`: the address was given up within this batch. */
  readonly #emailOwners = new Map<string, UserId | null>()

  constructor(committed: Committed) {
    this.#committed = committed
  }

  load(key: ChangeKey): Loaded {
    const team = this.#committed.findTeam(key.teamId)
    if (team === undefined) throw new Error(`There is no team ${key.teamId}.`)
    const user = this.#findUser(key.teamId, key.userId)
    return {
      team,
      actor: key.actorId === key.userId ? user : this.#findUser(key.teamId, key.actorId),
      user,
      emailOwners: this.#findEmailOwners(key),
      knownUsers: this.#findKnownUsers(key),
    }
  }

  apply({ before, after }: Write): void {
    if (after === before) return
    this.#users.set(after, after)
    const given = emailKeyOf(before)
    const taken = emailKeyOf(after)
    if (given === taken) return
    if (given !== null && this.#findEmailOwner(before.teamId, given) === before.id) {
      this.#emailOwners.set(rowKey(before.teamId, given), null)
    }
    if (taken !== null) this.#emailOwners.set(rowKey(after.teamId, taken), after.id)
  }

  #findUser(teamId: TeamId, userId: UserId): User | undefined {
    if (this.#users.size === 0) return this.#committed.findUser(teamId, userId)
    return this.#users.get({ teamId, id: userId }) ?? this.#committed.findUser(teamId, userId)
  }

  #findEmailOwners(key: ChangeKey): ReadonlyMap<string, UserId> {
    if (key.emails.length === 0) return NO_OWNERS
    const owners = new Map<string, UserId>()
    for (const email of key.emails) {
      const owner = this.#findEmailOwner(key.teamId, email.toLowerCase())
      if (owner !== undefined) owners.set(email.toLowerCase(), owner)
    }
    return owners
  }

  #findEmailOwner(teamId: TeamId, emailLower: string): UserId | undefined {
    const decided = this.#emailOwners.get(rowKey(teamId, emailLower))
    if (decided === null) return undefined
    return decided ?? this.#committed.findEmailOwner(teamId, emailLower)
  }

  #findKnownUsers(key: ChangeKey): ReadonlySet<UserId> {
    if (key.userIds.length === 0) return NO_USERS
    return new Set(key.userIds.filter((userId) => this.#findUser(key.teamId, userId) !== undefined))
  }
}

const NO_OWNERS: ReadonlyMap<string, UserId> = new Map()
const NO_USERS: ReadonlySet<UserId> = new Set()

/** How an address is compared: addresses that differ in case alone are one. */
export function emailKeyOf(user: User): string | null {
  return user.email === null || user.email === '' ? null : user.email.toLowerCase()
}

/** Ids hold no slash, so that two rows never share a key. */
export function rowKey(teamId: TeamId, id: string): string {
  return `${teamId}/${id}`
}
