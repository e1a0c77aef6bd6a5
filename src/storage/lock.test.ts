import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { lockDirectory } from './lock.ts'

const parent = mkdtempSync(join(tmpdir(), 'nametag-lock-'))
after(() => rmSync(parent, { recursive: true }))
const freshDirectory = () => mkdtempSync(join(parent, 'data-'))

test('a directory is taken once, and again when it was let go', () => {
  const directory = freshDirectory()
  const release = lockDirectory(directory)
  assert.ok(typeof release === 'function')
  assert.equal(lockDirectory(directory), `The data directory ${directory} is in use by process ${process.pid}.`)
  release()
  release()
  const again = lockDirectory(directory)
  assert.ok(typeof again === 'function')
  again()
})

test('two directories do not hinder each other', () => {
  const releases = [lockDirectory(freshDirectory()), lockDirectory(freshDirectory())]
  for (const release of releases) {
    assert.ok(typeof release === 'function')
    release()
  }
})

test('a process that is killed leaves no lock behind, and while it lives the refusal names it', async (context) => {
  const directory = freshDirectory()
  const module = new URL('./lock.ts', import.meta.url).href
  const script = `import { lockDirectory } from ${JSON.stringify(module)}
    if (typeof lockDirectory(${JSON.stringify(directory)}) !== 'function') process.exit(1)
    // A lock that nobody refers to must outlive a collection.
    for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(() => resolve(gc())))
    console.log('held')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module-typescript', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  context.after(() => child.kill('SIGKILL'))
  assert.equal(String((await once(child.stdout, 'data'))[0]), 'held\n')
  assert.equal(lockDirectory(directory), `The data directory ${directory} is in use by process ${child.pid}.`)

  child.kill('SIGKILL')
  await once(child, 'exit')
  const release = lockDirectory(directory)
  assert.ok(typeof release === 'function')
  release()
})
