import { type Cancel, type Clock, systemClock } from '../clock.ts'
import { MAIL_READER } from '../domain/event.ts'
import type { TeamId } from '../domain/ids.ts'
import { Runner } from '../runner.ts'
import type { Store, Undelivered } from '../storage/store.ts'
import { type Post, Undeliverable } from './mail-post.ts'
import { nextMailAt } from './mail-schedule.ts'
import { isMailEntry, type Mail, mailsOf } from './mail-texts.ts'

/** Facts and mails that are taken at one time; of a fact there are two mails, and all are on their way at once. */
const CLAIMED_MAX = 4
/** Longer than any mail is on its way: what a process took and did not bring to an end is then taken by another. */
const CLAIM_MS = 2 * 60_000
/** Commits come in quick succession, and hardly any of them is about a mail. */
const LOOK_MS = 50
/** What another node was to send, and did not, is known by looking. */
const LOOK_FOR_OTHERS_MS = 30_000
const STOP_MS_MAX = 1000

export interface MailOptions {
  readonly store: Store
  /** The time that retries follow. */
  readonly clock: Clock
  readonly log: {
    warn(fields: object, message: string): void
    error(fields: object, message: string): void
  }
  /** Where this server is reached, without a slash at the end. */
  readonly publicUrl: () => string
  readonly post: Post
  /** The time that passes while the store is away. */
  readonly outageClock?: Clock
  /** Hears what came of each attempt. It is quick, and never throws. */
  readonly onAttempt?: (outcome: 'sent' | 'put_off' | 'given_up') => void
}

/** Sends the mails that facts ask for, each at least once. They wait in the store from the commit of the fact on. */
export interface MailReader {
  start(): Promise<void>
  /** Resolves when all that is due has been tried. */
  runDue(): Promise<void>
  /** Stands aside while `restore` replaces all that is stored, and begins again from it. */
  reset(restore: () => Promise<void>): Promise<void>
  /** Finishes what is on its way, within a second. */
  stop(): Promise<void>
}

export function createMail(options: MailOptions): MailReader {
  return new LogMail(options)
}

class LogMail implements MailReader {
  readonly #options: MailOptions
  #runner: Runner
  #alarm: Cancel = () => undefined
  #look: NodeJS.Timeout | undefined
  #looks: NodeJS.Timeout | undefined
  #forgetCommits = () => {}
  #stopping: Promise<void> | undefined

  constructor(options: MailOptions) {
    this.#options = options
    this.#runner = this.#newRunner()
  }

  async start(): Promise<void> {
    const { post, log, store } = this.#options
    if (post.notice !== undefined) log.warn({}, post.notice)
    this.#forgetCommits = store.onCommit(() => this.#lookSoon())
    if (store.isShared) this.#looks = setInterval(() => this.#lookSoon(), LOOK_FOR_OTHERS_MS).unref()
    this.#lookSoon()
  }

  runDue(): Promise<void> {
    return this.#runner.run()
  }

  async reset(restore: () => Promise<void>): Promise<void> {
    await this.#end()
    await restore()
    this.#runner = this.#newRunner()
    this.#lookSoon()
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    this.#forgetCommits()
    clearInterval(this.#looks)
    // What takes longer is sent again, by whoever looks when its time has passed.
    await Promise.race([this.#end(), pause(STOP_MS_MAX)])
    await this.#options.post.close()
  }

  async #end(): Promise<void> {
    clearTimeout(this.#look)
    this.#look = undefined
    this.#alarm()
    await this.#runner.stop()
  }

  #newRunner(): Runner {
    const { log, outageClock = systemClock } = this.#options
    return new Runner({
      work: () => this.#work(),
      clock: outageClock,
      onFailure: (err) => log.error({ err }, 'Mails could not be looked for; this is tried again.'),
    })
  }

  #lookSoon(): void {
    if (this.#look !== undefined || this.#runner.isStopped) return
    this.#look = setTimeout(() => {
      this.#look = undefined
      void this.#runner.run()
    }, LOOK_MS).unref()
  }

  async #work(): Promise<void> {
    const { store, clock, post } = this.#options
    if (post.isAway) return
    while (!this.#runner.isStopped) {
      const now = clock.now()
      const rows = await store.claimDue(MAIL_READER, now, now + CLAIM_MS, CLAIMED_MAX)
      if (rows.length === 0) return this.#setAlarm(await store.findNextDue(MAIL_READER))
      const ofTeams = Map.groupBy(rows, ({ teamId }) => teamId)
      await Promise.all([...ofTeams].map(([teamId, some]) => this.#sendAll(teamId, some)))
    }
  }

  async #sendAll(teamId: TeamId, rows: readonly Undelivered[]): Promise<void> {
    const inOrder = rows.toSorted((one, other) => one.seq - other.seq)
    const mails = await Promise.all(inOrder.map((row) => this.#mailsOf(row)))
    const kept = await Promise.all(mails.flat().map(([mail, attempts]) => this.#send(mail, attempts)))
    const keep = kept.filter((row) => row !== undefined)
    const drop = rows.map(({ id }) => id)
    await this.#options.store.saveProgress({ teamId, reader: MAIL_READER, drop, keep })
  }

  /** All mails of a fact, or the one that was tried before. Each with the number of this attempt. */
  async #mailsOf({ id, teamId, seq, attempts }: Undelivered): Promise<readonly (readonly [Mail, number])[]> {
    const { store, publicUrl } = this.#options
    const entry = await store.findEntry(teamId, seq)
    if (entry === undefined || !isMailEntry(entry)) return []
    const { name: teamName } = await store.getTeam(teamId)
    return mailsOf(entry, { teamName, publicUrl: publicUrl() })
      .filter((mail) => attempts === 0 || mail.id === id)
      .map((mail) => [mail, attempts + 1])
  }

  /** What is to be kept of a mail that was not taken. */
  async #send(mail: Mail, attempts: number): Promise<Undelivered | undefined> {
    const { post, clock, log, onAttempt } = this.#options
    try {
      await post.send(mail)
      onAttempt?.('sent')
      return undefined
    } catch (error) {
      const { reason, isFinal } = error instanceof Undeliverable ? error : UNKNOWN
      const nextAt = isFinal ? null : nextMailAt(attempts, clock.now())
      const { id, seq, teamId } = mail
      const outcome = nextAt === null ? 'It is given up.' : 'It is tried again.'
      onAttempt?.(nextAt === null ? 'given_up' : 'put_off')
      log.warn({ mail: id, team: teamId, attempts, reason }, `A mail could not be sent. ${outcome}`)
      return { id, reader: MAIL_READER, teamId, seq, type: 'mail', attempts, reason, nextAt }
    }
  }

  #setAlarm(nextAt: number | undefined): void {
    this.#alarm()
    this.#alarm = nextAt === undefined ? () => undefined : this.#options.clock.at(nextAt, () => this.#runner.run())
  }
}

/** Anything else that goes wrong on the way, such as a full disk. */
const UNKNOWN = { reason: 'unknown_error', isFinal: false } as const

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
