import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeRequest } from './guard.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

type Row = readonly [method: string, headers: Record<string, string>, bound: string, code: string | undefined]

const ROWS: readonly Row[] = [
  ['GET', { host: '127.0.0.1:4390' }, '127.0.0.1', undefined],
  ['GET', { host: 'localhost:4390' }, '127.0.0.1', undefined],
  ['GET', { host: 'LOCALHOST' }, '127.0.0.1', undefined],
  ['GET', { host: 'nametag.localhost:1' }, '127.0.0.1', undefined],
  ['GET', { host: '[::1]:4390' }, '::1', undefined],
  ['GET', { host: '[fd00::7]:4390' }, 'fd00::7', undefined],
  ['GET', { host: 'box.example:4390' }, 'box.example', undefined],
  ['GET', { host: '192.168.1.5:4390' }, '192.168.1.5', undefined],
  ['GET', { host: 'evil.example' }, '127.0.0.1', 'foreign_host'],
  ['GET', { host: '127.0.0.1.evil.example' }, '127.0.0.1', 'foreign_host'],
  ['GET', { host: 'localhost.evil.example' }, 'localhost', 'foreign_host'],
  ['GET', { host: '192.168.1.5' }, '127.0.0.1', 'foreign_host'],
  ['GET', { host: '0.0.0.0:4390' }, '127.0.0.1', 'foreign_host'],
  ['GET', {}, '127.0.0.1', 'foreign_host'],
  ['GET', { host: 'a b' }, '127.0.0.1', 'foreign_host'],
  // A container listens everywhere and is called by its name.
  ['GET', { host: '172.17.0.2:4390' }, '0.0.0.0', undefined],
  ['GET', { host: '[fd00::7]' }, '::', undefined],
  ['GET', { host: 'nametag:4390' }, '0.0.0.0', undefined],
  ['GET', { host: 'evil.example' }, '0.0.0.0', 'foreign_host'],

  ['GET', { host: '127.0.0.1:4390', origin: 'http://127.0.0.1:4390' }, '127.0.0.1', undefined],
  ['GET', { host: '127.0.0.1:4390', origin: 'http://127.0.0.1:3000' }, '127.0.0.1', 'foreign_origin'],
  ['GET', { host: '127.0.0.1:4390', origin: 'http://localhost:4390' }, '127.0.0.1', 'foreign_origin'],
  ['GET', { host: '127.0.0.1:4390', origin: 'https://evil.example' }, '127.0.0.1', 'foreign_origin'],
  ['GET', { host: '127.0.0.1:4390', origin: 'null' }, '127.0.0.1', 'foreign_origin'],
  ['GET', { host: '127.0.0.1:4390', 'sec-fetch-site': 'cross-site' }, '127.0.0.1', 'foreign_origin'],
  ['GET', { host: '127.0.0.1:4390', 'sec-fetch-site': 'same-site' }, '127.0.0.1', 'foreign_origin'],
  ['GET', { host: '127.0.0.1:4390', 'sec-fetch-site': 'same-origin' }, '127.0.0.1', undefined],
  ['GET', { host: '127.0.0.1:4390', 'sec-fetch-site': 'none' }, '127.0.0.1', undefined],

  ['POST', { host: 'localhost', ...JSON_TYPE }, '127.0.0.1', undefined],
  ['POST', { host: 'localhost', 'content-type': 'Application/JSON; charset=utf-8' }, '127.0.0.1', undefined],
  ['POST', { host: 'localhost' }, '127.0.0.1', 'invalid_content_type'],
  ['POST', { host: 'localhost', 'content-type': 'text/plain' }, '127.0.0.1', 'invalid_content_type'],
  ['POST', { host: 'localhost', 'content-type': 'application/jsonp' }, '127.0.0.1', 'invalid_content_type'],
  ['POST', { host: 'localhost', 'content-type': 'text/plain;application/json' }, '127.0.0.1', 'invalid_content_type'],
  ['DELETE', { host: 'localhost' }, '127.0.0.1', undefined],
  ['DELETE', { host: 'localhost', 'content-length': '0' }, '127.0.0.1', undefined],
  ['DELETE', { host: 'localhost', 'content-length': '2' }, '127.0.0.1', 'invalid_content_type'],
  ['DELETE', { host: 'localhost', 'transfer-encoding': 'chunked' }, '127.0.0.1', 'invalid_content_type'],
]

for (const [method, headers, bound, code] of ROWS) {
  test(`${method} ${JSON.stringify(headers)} to a server on ${bound}: ${code ?? 'comes in'}`, () => {
    assert.equal(judgeRequest(method, headers, bound)?.code, code)
  })
}
