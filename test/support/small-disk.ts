import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cleanup } from './server.ts'

/** A folder on a disk that is small enough to be filled. */
export interface SmallDisk {
  readonly folder: string
  /** Takes all that is left. */
  fill(): void
  /** Gives it back. */
  free(): void
}

const SHARED_MEMORY = '/dev/shm'
/** A container has 64 MiB there; a larger one is not for a test to fill. */
const SHARED_BYTES_MAX = 256 * 1024 * 1024

/** What to say where there is none. */
export const NO_SMALL_DISK = 'no small disk can be had: mount one as root, or have a /dev/shm of 256 MiB at most'

/** A disk in memory, mounted where that is allowed, or else the one that containers have; `undefined` where there is
 * neither. */
export function makeSmallDisk(t: Cleanup): SmallDisk | undefined {
  const disk = mountDisk(t) ?? takeSharedMemory(t)
  if (disk === undefined) return undefined
  const folder = join(disk, 'data')
  const ballast = join(disk, 'ballast')
  chmodSync(disk, 0o755)
  mkdirSync(folder)
  return { folder, fill: () => fillWith(ballast), free: () => rmSync(ballast) }
}

function mountDisk(t: Cleanup): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'nametag-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    rmSync(folder, { recursive: true })
    return undefined
  }
  t.after(() => {
    execFileSync('umount', ['--lazy', folder])
    rmSync(folder, { recursive: true })
  })
  return folder
}

function takeSharedMemory(t: Cleanup): string | undefined {
  try {
    const { bsize, blocks } = statfsSync(SHARED_MEMORY)
    if (bsize * blocks > SHARED_BYTES_MAX) return undefined
  } catch {
    return undefined
  }
  const folder = mkdtempSync(join(SHARED_MEMORY, 'nametag-disk-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

const BLOCK = Buffer.alloc(64 * 1024)

function fillWith(file: string): void {
  const descriptor = openSync(file, 'w')
  try {
    for (let size = BLOCK.length; size > 0; ) size = write(descriptor, size)
  } finally {
    closeSync(descriptor)
  }
}

/** How much to write next: less and less, until not even a byte has room. */
function write(descriptor: number, size: number): number {
  try {
    writeSync(descriptor, BLOCK, 0, size)
    return size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    return Math.floor(size / 2)
  }
}
