import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalOfNode } from './node-version.ts'

for (const version of ['22.12.0', '22.21.1', '24.0.0', '26.1.0-nightly']) {
  test(`${version} is new enough`, () => assert.equal(refusalOfNode(version), undefined))
}

for (const version of ['18.20.0', '20.20.2', '22.11.9']) {
  test(`${version} is refused in one sentence`, () => {
    assert.equal(refusalOfNode(version), `Nametag needs Node 22.12 or newer, and this is Node ${version}.`)
  })
}
