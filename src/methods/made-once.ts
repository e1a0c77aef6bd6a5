import type { Team } from '../domain/team.ts'
import type { User } from '../domain/user.ts'
import { encodeOnce } from '../web-api/envelope.ts'

/** What a made answer depends on beside the user. While it stays the same, so does the answer. */
export interface Basis {
  readonly team: Team
  readonly publicUrl: string
  /** A span of time; 0 where the answer does not depend on it. */
  readonly quarter: number
}

interface Made<Wire> extends Basis {
  readonly wire: Wire
}

/** Keeps what was made of a user, and its JSON, as long as the user object lives: users never change in place. `look`
 * is a small number that tells the different views of one user apart. */
export class MadeOnce<Wire extends object> {
  readonly #made = new WeakMap<User, (Made<Wire> | undefined)[]>()

  get(user: User, look: number, { team, publicUrl, quarter }: Basis, make: () => Wire): Wire {
    let looks = this.#made.get(user)
    if (looks === undefined) {
      looks = []
      this.#made.set(user, looks)
    }
    const known = looks[look]
    if (known !== undefined && known.team === team && known.publicUrl === publicUrl && known.quarter === quarter) {
      return known.wire
    }
    const wire = encodeOnce(make())
    looks[look] = { team, publicUrl, quarter, wire }
    return wire
  }
}

/** A number whose bits are these answers. */
export function lookOf(...answers: readonly boolean[]): number {
  return answers.reduce((look, answer) => look * 2 + (answer ? 1 : 0), 0)
}
