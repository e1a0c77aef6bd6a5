import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertAllowed, RefusedAddress } from './guarded-lookup.ts'
import { isPrivateAddress } from './private-address.ts'

const PRIVATE = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.8.8.8'],
  ...['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.1.1'],
  ...['198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.9', '224.0.0.1', '239.1.1.1', '240.0.0.1'],
  ...['255.255.255.255', '::', '::1', '::ffff:10.0.0.1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1'],
  ...['::127.0.0.1', '64:ff9b::a00:1', '64:ff9b::808:808', '64:ff9b:1::1', '100::1', '2001::1', '2001:2::1'],
  ...['2001:20::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '5f00::1', 'fc00::1', 'fd12:3456::1', 'fe80::1'],
  ...['fe80::1%eth0', 'fec0::1', 'ff02::1', '2000::1%lo', 'localhost', '', '1.2.3', '08.8.8.8'],
]
const PUBLIC = [
  ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '128.0.0.1', '169.253.0.1'],
  ...['172.15.255.255', '172.32.0.0', '192.0.1.1', '192.167.1.1', '192.169.0.0', '198.17.255.255', '198.20.0.0'],
  ...['223.255.255.255', '2001:200::1', '2001:4860:4860::8888', '2606:4700:4700::1111', '2a00:1450::1', '3ffe::1'],
]

for (const address of PRIVATE) test(`"${address}" is private`, () => assert.equal(isPrivateAddress(address), true))
for (const address of PUBLIC) test(`"${address}" is public`, () => assert.equal(isPrivateAddress(address), false))

// The parser of URLs turns every way of writing an IPv4 address into the usual one.
for (const host of [
  '127.0.0.1',
  '2130706433',
  '0x7f.1',
  '0177.0.0.1',
  '127.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '10.1.2.3',
]) {
  test(`a URL with the host ${host} is refused before anything is connected to`, () => {
    assert.throws(() => assertAllowed(new URL(`http://${host}:8080/x`), isPrivateAddress), RefusedAddress)
  })
}

test('a URL with a name waits for what the name resolves to', () => {
  assertAllowed(new URL('https://example.com/x'), isPrivateAddress)
  assertAllowed(new URL('https://8.8.8.8/x'), isPrivateAddress)
})
