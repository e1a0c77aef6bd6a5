import { createInterface } from 'node:readline/promises'
import { CannotStart } from '../cannot-start.ts'
import type { Sync } from '../client-command.ts'
import { listenForStop } from '../stop-signal.ts'
import type { Terminal } from '../terminal.ts'
import { type Planned, plan, write } from './one-person.ts'
import type { Outcome } from './outcome.ts'
import { createPacer } from './pacer.ts'
import { prepare, type Run, type SyncWorld } from './prepare.ts'
import { createProgress, type Progress } from './progress.ts'
import { reportAsJson, type Summary, writeReport } from './report.ts'
import { tellDifferences, tellFailures, tellSummary } from './tell.ts'

const SOME_FAILED = 3
const INTERRUPTED = 130

/** Makes profiles what the file says. Everything is read and compared before anything is written. */
export async function sync(command: Sync, terminal: Terminal, world: SyncWorld = {}): Promise<number> {
  const isInteractive = world.isInteractive ?? (process.stderr.isTTY === true && process.stdin.isTTY === true)
  if (!command.dryRun && !command.yes && (!isInteractive || command.json || command.file === '-')) {
    terminal.error(
      'nametag: nobody can be asked here: say --yes to write, or --dry-run to look\nTry: nametag sync --help\n',
    )
    return 2
  }
  const signal = world.stop ?? listenForStop()
  const stop = new AbortController()
  signal.asked.then(() => {
    terminal.error('Stopping after the call that is under way.\n')
    stop.abort(new Stopped())
  })
  try {
    const run = await prepare(command, terminal, world, stop.signal)
    try {
      return await work(run)
    } finally {
      run.state.close()
    }
  } catch (error) {
    if (error instanceof Stopped) return INTERRUPTED
    throw error
  } finally {
    signal.forget()
  }
}

class Stopped extends Error {}

async function work(run: Run): Promise<number> {
  const { command, outcomes } = run
  try {
    const planned = await planAll(run)
    if (command.dryRun) {
      for (const { person, user, differences } of planned) {
        outcomes.set(person.row, { row: person.row, user, outcome: 'would_change', changes: differences, error: null })
      }
      return finish(run, planned, false)
    }
    const refusal = tooMany(run, planned.length) ?? (await refusedByPerson(run, planned))
    if (refusal !== undefined) throw new CannotStart(refusal)
    await writeAll(run, planned)
    run.state.remove()
    return finish(run, [], false)
  } catch (error) {
    run.progress?.end()
    if (error instanceof Stopped) return finish(run, [], true)
    // What was done so far is told all the same.
    const someChanged = [...outcomes.values()].some(({ outcome }) => outcome === 'changed')
    if (someChanged && !command.json) run.terminal.error(tellSummary(summaryOf(run, false)))
    if (command.report !== null) writeReport(command.report, summaryOf(run, false))
    throw error
  }
}

async function planAll(run: Run): Promise<Planned[]> {
  const planned: Planned[] = []
  const progress = begin(run, 'Reading', run.people.length)
  for (const [index, person] of run.people.entries()) {
    run.directory.stop.throwIfAborted()
    const { row } = person
    if (run.state.has(person.digest)) {
      run.outcomes.set(row, { row, user: person.key, outcome: 'done_before', changes: [], error: null })
    } else {
      const found = await plan(person, run.byEmail, run.directory)
      if ('outcome' in found) run.outcomes.set(row, found)
      else if (found.differences.length > 0) planned.push(found)
      else run.outcomes.set(row, { row, user: found.user, outcome: 'unchanged', changes: [], error: null })
    }
    progress.step(index + 1)
  }
  progress.end()
  checkDistinct(planned)
  return planned
}

/** Two addresses may lead to one person. */
function checkDistinct(planned: readonly Planned[]): void {
  const seen = new Map<string, number>()
  for (const { user, person } of planned) {
    const first = seen.get(user)
    if (first !== undefined) throw new CannotStart(`rows ${first} and ${person.row} are the same person, ${user}.`)
    seen.set(user, person.row)
  }
}

function tooMany({ command, people }: Run, count: number): string | undefined {
  const limit = command.abortOverPercent
  if (limit === null || count * 100 <= people.length * limit) return undefined
  const percent = Math.round((count * 1000) / people.length) / 10
  return `${count} of ${people.length} people would change, ${percent}% where --abort-over allows ${limit}%. Nothing was written.`
}

async function refusedByPerson(
  { command, terminal, directory }: Run,
  planned: readonly Planned[],
): Promise<string | undefined> {
  if (command.yes || planned.length === 0) return undefined
  for (const { person, user, differences } of planned) terminal.out(tellDifferences(person.row, user, differences))
  const isYes = await ask(`Change ${planned.length} people? [y/N] `, directory.stop)
  return isYes ? undefined : 'Nothing was written.'
}

async function ask(question: string, stop: AbortSignal): Promise<boolean> {
  // Not as an editor of lines, which would take Ctrl-C for itself.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  // No answer, as after Ctrl-D, is a no.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([lines.question(question, { signal: stop }), closed])
    return /^y(es)?$/i.test(answer.trim())
  } catch (error) {
    stop.throwIfAborted()
    throw error
  } finally {
    lines.close()
  }
}

async function writeAll(run: Run, planned: readonly Planned[]): Promise<void> {
  const { directory, state, outcomes, now } = run
  const progress = begin(run, 'Writing', planned.length)
  const pacer = createPacer(now, (milliseconds) => {
    progress.waiting(milliseconds)
    return directory.wait(milliseconds, directory.stop)
  })
  for (const [index, one] of planned.entries()) {
    directory.stop.throwIfAborted()
    if (run.paced) await pacer.next()
    const outcome = await write(one, directory)
    pacer.done()
    if (outcome.outcome === 'changed') state.add(one.person.digest)
    outcomes.set(one.person.row, outcome)
    progress.step(index + 1)
  }
  progress.end()
}

function begin(run: Run, verb: string, total: number): Progress {
  const { terminal, isAnimated, now } = run
  run.progress = createProgress({ verb, total, terminal, isAnimated, now })
  return run.progress
}

function summaryOf({ people, outcomes, command }: Run, isInterrupted: boolean): Summary {
  const all = people.map(
    ({ row, key }): Outcome =>
      outcomes.get(row) ?? { row, user: key, outcome: 'not_reached', changes: [], error: null },
  )
  return { outcomes: all, isDryRun: command.dryRun, isInterrupted }
}

function finish(run: Run, planned: readonly Planned[], isInterrupted: boolean): number {
  const { command, terminal } = run
  const summary = summaryOf(run, isInterrupted)
  if (command.report !== null) writeReport(command.report, summary)
  if (command.json) terminal.out(`${JSON.stringify(reportAsJson(summary))}\n`)
  else {
    for (const { person, user, differences } of planned) terminal.out(tellDifferences(person.row, user, differences))
    terminal.out(tellSummary(summary))
  }
  tellFailures(summary.outcomes, terminal)
  if (isInterrupted) return INTERRUPTED
  return !command.dryRun && summary.outcomes.some(({ outcome }) => outcome === 'failed') ? SOME_FAILED : 0
}
