import { type Outcome, settle } from '../deciding.ts'

/** Answers that are given before new calls are read: as many as keep this thread as busy as the other one was with the
 * last batch, since a slow disk, or a busy machine, wants few and large batches. */
const ANSWERS_PER_TURN_MIN = 16
const ANSWERS_PER_COMMIT_MS = 10

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

  /** `commitMs`: how long their commit took. */
  give(outcomes: readonly Outcome[], commitMs: number): void {
    const perTurn = Math.max(ANSWERS_PER_TURN_MIN, Math.ceil(commitMs * ANSWERS_PER_COMMIT_MS))
    const earlier = this.#given
    this.#given = this.#giveInTurns(outcomes, perTurn).then(() => earlier)
  }

  /** Resolves when everybody is answered. */
  async end(): Promise<void> {
    await this.#given
  }

  async #giveInTurns(outcomes: readonly Outcome[], perTurn: number): Promise<void> {
    this.#waiting += 1
    for (let at = 0; at < outcomes.length; at += perTurn) {
      if (at > 0) await new Promise((resolve) => setImmediate(resolve))
      settle(outcomes.slice(at, at + perTurn))
    }
    this.#waiting -= 1
  }
}
