/** Runs `nametag sync` as the command does, but that waiting moves the clock of the server instead of taking time.
 * Started with the address of the API and the file; the token is in the environment. */
import { sync } from '../../src/cli/sync/sync.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { readConfig } from '../../src/config.ts'

const [api = '', file = ''] = process.argv.slice(2)
const command = readConfig(['sync', file, '--yes', '--api-url', api], process.env)
if (command.run !== 'sync') throw new Error('It could not be read.')

let now = await moveClock({})
process.exitCode = await sync(command, openTerminal(false), {
  now: () => now,
  async wait(milliseconds, signal) {
    signal?.throwIfAborted()
    now = await moveClock({ advance: Math.ceil(milliseconds / 1000) })
  },
})

/** The server's time in Unix milliseconds. */
async function moveClock(change: object): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const address = new URL('/_nametag/clock', api)
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(change) })
  return ((await response.json()) as { now: number }).now * 1000
}
