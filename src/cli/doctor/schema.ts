import type { Schema } from '../../storage/schema.ts'
import { type Finding, ok, warning } from './finding.ts'

/** A schema of a newer version is told by whoever looks for it. */
export function judgeSchema({ missing, newest }: Schema, flags: string): Finding {
  if (missing.length === 0) return ok('Schema', `up to date with ${newest}.`)
  return warning(
    'Schema',
    `${missing.join(', ')} is missing.`,
    `The next start of a server applies it, or: nametag migrate ${flags}`,
  )
}
