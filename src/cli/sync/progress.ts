import type { Terminal } from '../terminal.ts'

export interface Progress {
  step(done: number): void
  waiting(milliseconds: number): void
  /** Leaves nothing behind on the line. */
  end(): void
}

export interface ProgressOptions {
  readonly verb: string
  readonly total: number
  readonly terminal: Terminal
  /** Lines that are drawn over; elsewhere there are plain ones, and few. */
  readonly isAnimated: boolean
  readonly now: () => number
}

const BAR_WIDTH = 24
const DRAW_MS = 100
const LINES = 10
const WAIT_TOLD_MS = 5000

export function createProgress({ verb, total, terminal, isAnimated, now }: ProgressOptions): Progress {
  const startedAt = now()
  let drawnAt = 0
  let done = 0
  let told = 0
  const left = () => tellLeft(startedAt, now(), done, total)
  const draw = (note: string) => {
    const filled = Math.round((done / total) * BAR_WIDTH)
    const bar = '#'.repeat(filled) + '-'.repeat(BAR_WIDTH - filled)
    terminal.error(`\r\u001b[2K${verb} [${bar}] ${done}/${total}${note}`)
    drawnAt = now()
  }
  return {
    step(count) {
      done = count
      if (isAnimated) {
        if (now() - drawnAt >= DRAW_MS || done === total) draw(left())
        return
      }
      const tenth = Math.floor((done * LINES) / total)
      if (tenth === told || total < LINES) return
      told = tenth
      terminal.error(`${verb} ${done} of ${total}${left()}\n`)
    },
    waiting(milliseconds) {
      if (milliseconds < WAIT_TOLD_MS || !isAnimated) return
      draw(`${left()}; the limit asks to wait ${Math.ceil(milliseconds / 1000)} s`)
    },
    end() {
      if (isAnimated) terminal.error('\r\u001b[2K')
    },
  }
}

function tellLeft(startedAt: number, now: number, done: number, total: number): string {
  if (done === 0 || done === total || now === startedAt) return ''
  const seconds = Math.ceil((((now - startedAt) / done) * (total - done)) / 1000)
  return seconds < 90 ? `, about ${seconds} s left` : `, about ${Math.ceil(seconds / 60)} min left`
}
