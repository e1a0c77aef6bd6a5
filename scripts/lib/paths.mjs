import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// These scripts run before anything is installed, on whatever Node is there: plain JavaScript, Node 16 and later.
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export function inRoot(...parts) {
  return join(ROOT, ...parts)
}

/** The Node that the clone brings along; the running one where the package did not bring any and it is new enough. */
export function pinnedNode() {
  const pinned = inRoot('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(pinned)) return pinned
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  throw new Error(
    `This is Node ${process.versions.node}, and the package "node", which brings a newer one, could not be installed. Use Node 22.18 or newer.`,
  )
}
