import type { Pool } from './connection.ts'
import type { Doorbell } from './doorbell.ts'

/** What all processes together have committed. */
export interface Head {
  /** Of the last entry in the log; 0 where there is none. */
  readonly lastSeq: number
  /** Unix seconds of the next expiry; 0 where no status expires. */
  readonly nextExpiration: number
}

export interface WatchParts {
  readonly db: Pool
  /** Rings when another process may have committed. */
  readonly doorbell: Doorbell | null
  readonly ownWrites: OwnWrites
  /** Told of what is seen, each time. `isSure`: it holds all that this process has written, and nothing more of it. */
  onSeen(head: Head, isSure: boolean): void
}

/** What this process writes, and tells of by itself. */
export interface OwnWrites {
  /** Grows whenever a transaction begins or ends. */
  readonly count: number
  /** Resolves when the present transaction has ended. */
  readonly running: Promise<unknown> | undefined
}

/** How long a commit of another process may go unseen. */
const POLL_MS = 100
/** How often a look is taken again because this process was writing meanwhile. */
const LOOKS_MAX = 3

/** Looks for what other processes commit, as long as somebody here wants to hear of it. */
export class Watch {
  readonly #parts: WatchParts
  readonly #findHead: () => Promise<Head>
  #wanted = 0
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #isRung = false

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#findHead = openHead(parts.db)
  }

  /** Returns how to end it. */
  begin(): () => void {
    this.#wanted += 1
    if (this.#wanted === 1) {
      this.#parts.doorbell?.open(() => this.#ring())
      this.#wait()
    }
    let isEnded = false
    return () => {
      if (isEnded) return
      isEnded = true
      this.#wanted -= 1
      if (this.#wanted === 0) clearTimeout(this.#timer)
    }
  }

  async close(): Promise<void> {
    this.#wanted = 0
    clearTimeout(this.#timer)
    await this.#looking
  }

  #ring(): void {
    this.#isRung = true
    if (this.#looking !== undefined || this.#wanted === 0) return
    clearTimeout(this.#timer)
    this.#look()
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#look(), POLL_MS).unref()
  }

  #look(): void {
    this.#isRung = false
    this.#looking = this.#see().then(() => {
      this.#looking = undefined
      if (this.#wanted === 0) return
      if (this.#isRung) this.#look()
      else this.#wait()
    })
  }

  async #see(): Promise<void> {
    const { ownWrites, onSeen } = this.#parts
    try {
      for (let look = 1; ; look += 1) {
        await ownWrites.running
        const { count } = ownWrites
        const head = await this.#findHead()
        const isSure = count === ownWrites.count
        if (!isSure && look < LOOKS_MAX) continue
        if (this.#wanted > 0) onSeen(head, isSure)
        return
      }
    } catch {
      // The database is away: whoever calls hears of it, and the next look comes soon.
    }
  }
}

export function openHead(db: Pool): () => Promise<Head> {
  const find = db.prepare<[], Head>(`
    select
      coalesce((select max(seq) from log), 0) as "lastSeq",
      coalesce((select min(status_expiration) from users where status_expiration > 0), 0) as "nextExpiration"`)

  return async () => (await find.get()) ?? { lastSeq: 0, nextExpiration: 0 }
}
