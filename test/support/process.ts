import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Cleanup } from './server.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const READY_MS = 60_000
const EXIT_MS = 60_000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Program {
  readonly pid: number
  readonly exited: Promise<Exit>
  stdout(): string
  stderr(): string
  /** Sends the signal and waits until the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<Exit>
}

/** The program once it has said that it is ready. */
export interface RunningProgram extends Program {
  readonly url: string
  /** With a slash at the end. */
  readonly api: string
  readonly port: number
}

export interface ProgramOptions {
  /** Runs the program: its name and what comes before Node; a tracer, for one. */
  readonly under?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Starts the real program, from its sources, with the Node that runs the tests. It ends with the test at the latest. */
export function runProgram(
  t: Cleanup,
  argv: readonly string[],
  { under = [], env = {} }: ProgramOptions = {},
): Program {
  const [command = process.execPath, ...more] = [
    ...under,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    MAIN,
    ...argv,
  ]
  const child = spawn(command, more, {
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A tracer that is killed lets go of its program, which would then run on: together they are ended as a group.
    detached: under.length > 0,
  })
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal }) as Exit)
  const program: Program = {
    pid: child.pid ?? 0,
    exited,
    stdout,
    stderr,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      return within(EXIT_MS, exited, () => `It did not end after ${signal}.\n${stderr()}`)
    },
  }
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    if (under.length > 0) process.kill(-program.pid, 'SIGKILL')
    await program.stop('SIGKILL')
  })
  return program
}

/** Runs the program to its end. */
export async function finish(t: Cleanup, argv: readonly string[], options: ProgramOptions = {}) {
  const program = runProgram(t, argv, options)
  const { code } = await program.exited
  return { code, stdout: program.stdout(), stderr: program.stderr() }
}

/** Starts `nametag dev`, or another command, on a free port, and waits for its JSON line. */
export async function startProgram(
  t: Cleanup,
  argv: readonly string[],
  options: ProgramOptions & { readonly command?: string } = {},
): Promise<RunningProgram> {
  const program = runProgram(t, [options.command ?? 'dev', '--port', '0', '--json', ...argv], options)
  const line = await readyLine(program)
  const { url, api, pid } = JSON.parse(line) as { url: string; api: string; pid: number }
  return { ...program, pid, url, api, port: Number(new URL(url).port) }
}

/** `nametag` must not see what the machine that runs the tests has set for it. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('NAMETAG_') && name !== 'NODE_OPTIONS'),
  )
}

export function collect(stream: ChildProcess['stdout']): () => string {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}

async function readyLine({ stdout, stderr, exited }: Program): Promise<string> {
  let exit: Exit | undefined
  exited.then((how) => {
    exit = how
  })
  const look = () => {
    const text = stdout()
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'))
    if (exit) throw new Error(`It ended with ${exit.code ?? exit.signal} instead.\n${stderr()}`)
    return undefined
  }
  return until(look, () => `It did not become ready.\n${stderr()}`)
}

const LOOK_MS = 5

/** Looks again and again until there is something, or the time is over. */
export async function until<Found>(
  look: () => Found | undefined | Promise<Found | undefined>,
  complaint = () => 'It did not come about.',
  milliseconds = READY_MS,
): Promise<Found> {
  const deadline = performance.now() + milliseconds
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`${complaint()} (${milliseconds} ms)`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

/** The promise's outcome, or an error once the time is over. */
export async function within<Value>(
  milliseconds: number,
  promise: Promise<Value>,
  complaint: () => string,
): Promise<Value> {
  const timer = new AbortController()
  const deadline = new Promise<never>((_resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error(`${complaint()} (${milliseconds} ms)`)), milliseconds)
    timer.signal.addEventListener('abort', () => clearTimeout(timeout))
  })
  try {
    return await Promise.race([promise, deadline])
  } finally {
    timer.abort()
  }
}
