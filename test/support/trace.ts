import { readFileSync } from 'node:fs'

/** Only what reads requests, writes answers and moves bytes to the disk; whole texts, with the files' paths. */
export function traceInto(file: string): readonly string[] {
  const calls = 'read,write,writev,sendto,pwrite64,fdatasync,fsync'
  return ['strace', '-f', '-y', '-s', '5000', '-e', `trace=${calls}`, '-o', file]
}

/** One system call, at the moment when it returned. */
export interface TracedCall {
  readonly name: string
  /** Of the first argument, where that is a file. */
  readonly path: string
  /** The arguments and the result, as the tracer writes them. */
  readonly text: string
}

/** What the tracer has seen, in order. Of a call that another thread's interrupts, the two halves are put together. */
export function readTrace(file: string): TracedCall[] {
  const calls: TracedCall[] = []
  const unfinished = new Map<string, string>()
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/s.exec(line) ?? []
    const cut = rest.indexOf(' <unfinished ...>')
    if (cut >= 0) {
      unfinished.set(thread, rest.slice(0, cut))
      continue
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(rest)
    const whole = resumed ? (unfinished.get(thread) ?? '') + rest.slice(resumed[0].length) : rest
    const [, name, path = ''] = /^(\w+)\(\d+(?:<([^>]*)>)?/.exec(whole) ?? []
    if (name !== undefined) calls.push({ name, path, text: whole })
  }
  return calls
}

export function isWalFlush({ name, path, text }: TracedCall): boolean {
  return (name === 'fdatasync' || name === 'fsync') && path.endsWith('nametag.db-wal') && / = 0$/.test(text)
}

export function isRequest({ name, path, text }: TracedCall, marker: string): boolean {
  return name === 'read' && path.startsWith('socket:') && text.includes(`value=${marker}`)
}

export function isAnswer({ name, path, text }: TracedCall, marker: string): boolean {
  if (!['write', 'writev', 'sendto'].includes(name) || !path.startsWith('socket:')) return false
  return text.includes('HTTP/1.1 200') && text.includes(`\\"title\\":\\"${marker}\\"`)
}
