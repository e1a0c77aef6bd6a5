import { type Cancel, type Clock, systemClock } from '../clock.ts'
import { Runner } from '../runner.ts'
import type { Store, Undelivered } from '../storage/store.ts'
import { findMailEntries } from './mail-entries.ts'
import { type Post, Undeliverable } from './mail-post.ts'
import { nextMailAt } from './mail-schedule.ts'
import { isMailEntry, type Mail, type MailEntry, mailsOf } from './mail-texts.ts'

export const MAIL_READER = 'mail'

/** Mails that are on their way at the same time. */
const SENDING_MAX = 8
/** Mails that are read again for a retry at one time. */
const DUE_MAX = 200
/** Commits come in quick succession, and hardly any of them is about a mail. */
const LOOK_MS = 50
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
}

/** Sends the mails that the log asks for, each at least once. */
export interface MailReader {
  /** What is committed after it has resolved is sent. */
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
  #cursor = 0
  #alarm: Cancel = () => undefined
  #look: NodeJS.Timeout | undefined
  #forgetCommits = () => {}
  #stopping: Promise<void> | undefined

  constructor(options: MailOptions) {
    this.#options = options
    this.#runner = this.#newRunner()
  }

  async start(): Promise<void> {
    const { post, log, store } = this.#options
    if (post.notice !== undefined) log.warn({}, post.notice)
    await this.#begin()
    this.#forgetCommits = store.onCommit(() => this.#lookSoon())
    this.#lookSoon()
  }

  runDue(): Promise<void> {
    return this.#runner.run()
  }

  async reset(restore: () => Promise<void>): Promise<void> {
    await this.#end()
    await restore()
    this.#runner = this.#newRunner()
    await this.#begin()
    this.#lookSoon()
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    this.#forgetCommits()
    // What takes longer is sent again at the next start.
    await Promise.race([this.#end(), pause(STOP_MS_MAX)])
    await this.#options.post.close()
  }

  /** A reader that has never said how far it came begins at the end of the log. */
  async #begin(): Promise<void> {
    const { store } = this.#options
    const cursor = await store.findCursor(MAIL_READER)
    this.#cursor = cursor ?? store.stats().lastSeq
    if (cursor === undefined) await store.saveProgress({ reader: MAIL_READER, cursor: this.#cursor })
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
    if (this.#options.post.isAway) return
    await this.#sendNew()
    await this.#sendDue()
  }

  async #sendNew(): Promise<void> {
    const { store } = this.#options
    let entries: MailEntry[] = []
    while (!this.#runner.isStopped) {
      if (entries.length === 0) entries = await findMailEntries(store, this.#cursor)
      const some = entries.splice(0, SENDING_MAX / 2)
      const last = some.at(-1)
      if (last === undefined) return
      const mails = await Promise.all(some.map((entry) => this.#mailsOf(entry)))
      const kept = await Promise.all(mails.flat().map((mail) => this.#send(mail, 1)))
      const keep = kept.filter((row) => row !== undefined)
      await store.saveProgress({ reader: MAIL_READER, cursor: last.seq, keep })
      this.#cursor = last.seq
    }
  }

  async #sendDue(): Promise<void> {
    const { store, clock } = this.#options
    for (;;) {
      const rows = await store.findUndelivered(MAIL_READER, DUE_MAX)
      const due = rows.filter(({ nextAt }) => nextAt !== null && nextAt <= clock.now())
      if (due.length === 0 || this.#runner.isStopped) return this.#setAlarm(rows[0]?.nextAt ?? null)
      for (let some = due.splice(0, SENDING_MAX); some.length > 0; some = due.splice(0, SENDING_MAX)) {
        await Promise.all(some.map((row) => this.#sendAgain(row)))
        if (this.#runner.isStopped) return
      }
    }
  }

  async #sendAgain(row: Undelivered): Promise<void> {
    const { store } = this.#options
    const entry = await store.findEntry(row.seq)
    const mails = entry !== undefined && isMailEntry(entry) ? await this.#mailsOf(entry) : []
    const mail = mails.find(({ id }) => id === row.id)
    const kept = mail && (await this.#send(mail, row.attempts + 1))
    await store.saveProgress({ reader: MAIL_READER, ...(kept === undefined ? { drop: [row.id] } : { keep: [kept] }) })
  }

  async #mailsOf(entry: MailEntry): Promise<readonly Mail[]> {
    const { store, publicUrl } = this.#options
    const team = await store.getTeam(entry.teamId)
    return mailsOf(entry, { teamName: team.name, publicUrl: publicUrl() })
  }

  /** What is to be kept of a mail that was not taken. */
  async #send(mail: Mail, attempts: number): Promise<Undelivered | undefined> {
    const { post, clock, log } = this.#options
    try {
      await post.send(mail)
      return undefined
    } catch (error) {
      const { reason, isFinal } = error instanceof Undeliverable ? error : UNKNOWN
      const nextAt = isFinal ? null : nextMailAt(attempts, clock.now())
      const { id, seq, teamId } = mail
      const outcome = nextAt === null ? 'It is given up.' : 'It is tried again.'
      log.warn({ mail: id, team: teamId, attempts, reason }, `A mail could not be sent. ${outcome}`)
      return { id, reader: MAIL_READER, teamId, seq, type: 'mail', attempts, reason, nextAt }
    }
  }

  #setAlarm(nextAt: number | null): void {
    this.#alarm()
    this.#alarm = nextAt === null ? () => undefined : this.#options.clock.at(nextAt, () => this.#runner.run())
  }
}

/** Anything else that goes wrong on the way, such as a full disk. */
const UNKNOWN = { reason: 'unknown_error', isFinal: false } as const

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
