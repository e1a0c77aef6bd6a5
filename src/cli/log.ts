import { createRequire } from 'node:module'
import type { Logger } from 'pino'
import type { ServerLog } from '../server.ts'
import { LOG_LEVELS, type LogLevel } from './command.ts'
import { describeError } from './describe-error.ts'

const require = createRequire(import.meta.url)

/** To stderr, line by line and at once: stdout belongs to the person, and a crash must not swallow its reason. Loaded
 * with the first line, as a server that goes well has none. */
export function openLog(level: LogLevel): ServerLog {
  let opened: Logger | undefined
  const logger = () => {
    opened ??= makeLogger(level)
    return opened
  }
  const isOn = (wanted: LogLevel) => LOG_LEVELS.indexOf(wanted) >= LOG_LEVELS.indexOf(level)
  const at = (wanted: 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    if (isOn(wanted)) logger()[wanted](fields, message)
  }
  const debug = { debug: (fields: object, message: string) => logger().debug(fields, message) }
  return { ...(isOn('debug') ? debug : {}), info: at('info'), warn: at('warn'), error: at('error') }
}

function makeLogger(level: LogLevel): Logger {
  const { pino }: typeof import('pino') = require('pino')
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: describeError } },
    pino.destination({ dest: 2, sync: true }),
  )
}
