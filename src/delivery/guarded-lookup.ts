import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import { createNameLookup } from './name-lookup.ts'

/** Whether webhooks may not go to an IP address. */
export type Refuses = (address: string) => boolean

/** A webhook that points where none may go. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress'
}

/** Resolves names for connections and leaves out the addresses that are refused: what was checked is what is connected
 * to, so that a name which answers differently the second time gains nothing. */
export function createGuardedLookup(refuses: Refuses): LookupFunction {
  const ask = createNameLookup()

  return (hostname, { all, family }, callback) => {
    const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : (family ?? 0)
    const answer = ask(hostname).then((addresses) => {
      const usable = addresses.filter((found) => wanted === 0 || found.family === wanted)
      const [first, ...more] = usable.filter((found) => !refuses(found.address))
      if (first === undefined) throw new RefusedAddress(`${hostname} has no address that webhooks may go to.`)
      return [first, ...more] as const
    })
    answer.then(
      (found) => (all === true ? callback(null, [...found]) : callback(null, found[0].address, found[0].family)),
      (error: NodeJS.ErrnoException) => callback(error, ''),
    )
  }
}

/** An address written into a URL is connected to without a lookup. */
export function assertAllowed(url: URL, refuses: Refuses): void {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && refuses(host)) throw new RefusedAddress(`${host} is not an address that webhooks may go to.`)
}
