import { BlockList, isIP } from 'node:net'

/** What is not the public internet: nobody's webhook in `serve` may point there. */
const NOT_PUBLIC_V4 = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, the metadata of clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
] as const

/** Of IPv6 only this is the public internet: outside lie loopback, link-local, unique local and multicast addresses,
 * IPv4 in other clothes (mapped, NAT64), discard and segment routing. */
const PUBLIC_V6 = ['2000::', 3] as const

/** What is not public inside of it. */
const NOT_PUBLIC_V6 = [
  ['2001::', 23], // protocol assignments: Teredo, benchmarks, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, which carries IPv4 addresses
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
] as const

const refusedV4 = new BlockList()
for (const [net, prefix] of NOT_PUBLIC_V4) refusedV4.addSubnet(net, prefix, 'ipv4')
const publicV6 = new BlockList()
publicV6.addSubnet(...PUBLIC_V6, 'ipv6')
const refusedV6 = new BlockList()
for (const [net, prefix] of NOT_PUBLIC_V6) refusedV6.addSubnet(net, prefix, 'ipv6')

/** Whether an IP address lies outside the public internet. What is no IP address counts as private. */
export function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return refusedV4.check(address, 'ipv4')
    case 6:
      // An address with a zone (`fe80::1%eth0`) names an interface of this machine.
      return address.includes('%') || !publicV6.check(address, 'ipv6') || refusedV6.check(address, 'ipv6')
    default:
      return true
  }
}
