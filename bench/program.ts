import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

export interface Usage {
  readonly cpu: { readonly user: number; readonly system: number }
  readonly rss: number
}

/** A server in a process of its own, so that its processor time is its own. */
export interface Program {
  readonly url: string
  usage(): Promise<Usage>
  stop(): Promise<void>
}

export async function startProgram(file: string, args: readonly string[]): Promise<Program> {
  const child = fork(new URL(file, import.meta.url), args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const { url } = JSON.parse(await firstLine(child)) as { url: string }
  return {
    url,
    async usage() {
      child.send('usage')
      const [usage] = (await once(child, 'message')) as [Usage]
      return usage
    },
    async stop() {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    },
  }
}

/** Gives `work` a folder of its own on this disk, which goes with it. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(`${process.cwd()}/.bench-`)
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the child has no standard output')
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('the child ended before it was ready')
}
