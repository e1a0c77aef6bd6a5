import { readConfig } from '../config.ts'
import { StorageUnavailable } from '../storage/store.ts'
import { CannotStart } from './cannot-start.ts'
import type { Command } from './command.ts'
import { openTerminal, type Terminal } from './terminal.ts'

/** From what was typed to the exit code: 0 done, 1 not done, 2 not understood. */
export async function run(argv: readonly string[]): Promise<number> {
  const config = readConfig(argv)
  const terminal = openTerminal('color' in config && config.color)
  switch (config.run) {
    case 'help':
      terminal.out(config.text)
      return 0
    case 'version': {
      const { VERSION } = await import('../version.ts')
      terminal.out(`${VERSION}\n`)
      return 0
    }
    case 'usage-error':
      terminal.error(`${config.sentence}\n`)
      return 2
    default:
      return perform(config, terminal)
  }
}

async function perform(command: Command, terminal: Terminal): Promise<number> {
  try {
    return await start(command, terminal)
  } catch (error) {
    // What a person can mend is told in its own words alone; a fault of the program needs its trace.
    const isMendable = error instanceof CannotStart || error instanceof StorageUnavailable
    const told = isMendable ? error.message : error instanceof Error ? error.stack : String(error)
    terminal.error(`nametag: ${told}\n`)
    return 1
  }
}

/** Each command brings only the modules that it needs: starting fast is part of the promise. */
async function start(command: Command, terminal: Terminal): Promise<number> {
  switch (command.run) {
    case 'dev':
      return (await import('./dev.ts')).dev(command, terminal)
    case 'serve':
      return (await import('./serve.ts')).serve(command, terminal)
    case 'check-workspace':
      return (await import('./check-workspace.ts')).checkWorkspace(command, terminal)
    case 'token create':
    case 'token list':
    case 'token revoke':
      return (await import('./token.ts')).token(command, terminal)
    case 'settings get':
    case 'settings set':
      return (await import('./settings.ts')).settings(command, terminal)
    case 'migrate':
      return (await import('./migrate.ts')).migrate(command, terminal)
    case 'backup':
      return (await import('./backup.ts')).backup(command, terminal)
    case 'restore':
      return (await import('./restore.ts')).restore(command, terminal)
    case 'export':
      return (await import('./export.ts')).exportStore(command, terminal)
    case 'import':
      return (await import('./import.ts')).importStore(command, terminal)
    case 'doctor':
      return (await import('./doctor/doctor.ts')).doctor(command, terminal)
    case 'profile get':
    case 'profile set':
      return (await import('./profile.ts')).profile(command, terminal)
    case 'status set':
    case 'status clear':
      return (await import('./status.ts')).status(command, terminal)
    case 'sync':
      return (await import('./sync/sync.ts')).sync(command, terminal)
    case 'mcp':
      return (await import('./mcp.ts')).mcp(command, terminal)
    case 'completion':
      return (await import('./completion.ts')).completion(command, terminal)
    default:
      return command satisfies never
  }
}
