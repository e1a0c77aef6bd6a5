import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createReadiness } from './readiness.ts'

const works = async () => undefined
const fails = async () => {
  throw new Error('The disk is full.')
}

describe('a server', () => {
  test('is ready when it has started and its database answers', async () => {
    const readiness = createReadiness({ ping: works })
    assert.deepEqual(await readiness.find(), ['starting'])
    readiness.started()
    assert.deepEqual(await readiness.find(), [])
  })

  test('is not ready while it drains, whatever the database does', async () => {
    const readiness = createReadiness({ ping: () => new Promise(() => undefined) })
    readiness.started()
    readiness.drain()
    assert.deepEqual(await readiness.find(), ['draining'])
  })

  test('is not ready where the database fails, and is again when it works', async () => {
    let ping = fails
    let now = 0
    const readiness = createReadiness({ ping: () => ping(), now: () => now })
    readiness.started()
    assert.deepEqual(await readiness.find(), ['database'])
    ping = works as typeof fails
    now += 1000
    assert.deepEqual(await readiness.find(), [])
  })

  test('is not ready where the database does not answer in time', async () => {
    const readiness = createReadiness({ ping: () => new Promise(() => undefined), timeoutMs: 1 })
    readiness.started()
    // The wait itself holds no process open.
    const open = setInterval(() => undefined, 1000)
    assert.deepEqual(await readiness.find(), ['database'])
    clearInterval(open)
  })

  test('asks its database once a second at most, whoever asks meanwhile', async () => {
    let asked = 0
    let now = 0
    const ping = async () => {
      asked += 1
    }
    const readiness = createReadiness({ ping, now: () => now })
    readiness.started()
    await Promise.all(Array.from({ length: 100 }, () => readiness.find()))
    now += 999
    await readiness.find()
    assert.equal(asked, 1)
    now += 1
    await readiness.find()
    assert.equal(asked, 2)
  })
})
