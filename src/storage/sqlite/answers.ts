import { type Outcome, settle } from '../deciding.ts'

/** Answers that are given before new calls are read. */
const ANSWERS_PER_TURN = 16

/** Gives answers a few at a time, with a turn of the event loop between them. Who has been answered comes back with the
 * next call, and a thread can write that one while others are still being answered: given all at once, the answers of a
 * large batch bring all of their callers back at once, and then either the thread or the disk waits. */
export class Answers {
  #given: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** Whether somebody has yet to be answered. */
  get areWaiting(): boolean {
    return this.#waiting > 0
  }

  give(outcomes: readonly Outcome[]): void {
    const earlier = this.#given
    this.#given = this.#giveInTurns(outcomes).then(() => earlier)
  }

  /** Resolves when everybody is answered. */
  async end(): Promise<void> {
    await this.#given
  }

  async #giveInTurns(outcomes: readonly Outcome[]): Promise<void> {
    this.#waiting += 1
    for (let at = 0; at < outcomes.length; at += ANSWERS_PER_TURN) {
      if (at > 0) await new Promise((resolve) => setImmediate(resolve))
      settle(outcomes.slice(at, at + ANSWERS_PER_TURN))
    }
    this.#waiting -= 1
  }
}
