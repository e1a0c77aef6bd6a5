import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopback } from './loopback.ts'

for (const host of ['localhost', '::1', '127.0.0.1', '127.8.0.1']) {
  test(`${host} is this machine`, () => assert.equal(isLoopback(host), true))
}

for (const host of [
  '127.example.com',
  '127.0.0.1.example.com',
  '0.0.0.0',
  '::',
  '10.0.0.1',
  'localhost.example.com',
  '',
]) {
  test(`"${host}" need not be`, () => assert.equal(isLoopback(host), false))
}
