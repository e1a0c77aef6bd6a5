import { readFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import { inRoot } from './paths.mjs'
import { runCommand } from './run-command.mjs'

/** Installs what package-lock.json names, unless it is all there. */
export async function install() {
  if (isInstalled()) return
  process.stderr.write('Installing packages (npm ci)\n')
  const [file, ...first] = findNpm()
  // An old Node is fine for installing: the packages run on the Node that comes with them, so its warnings are noise.
  const env = { ...process.env, PATH: pathWithoutOwn(), npm_config_engine_strict: 'false' }
  const options = { env, dropLines: /EBADENGINE/ }
  const code = await runCommand(file, [...first, 'ci', '--include=dev', '--no-audit', '--no-fund'], options)
  if (code !== 0) throw new Error(`npm ci ended with ${code}.`)
}

/** npm writes what it has installed beside the packages, at the very end. Packages for other machines stay away. */
export function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const present = readPackages('node_modules', '.package-lock.json')
  if (!wanted || !present) return false
  return (
    Object.keys(present).every((path) => isSame(wanted[path], present[path])) &&
    Object.keys(wanted).every((path) => path === '' || present[path] !== undefined || wanted[path].optional === true)
  )
}

function isSame(a, b) {
  return a !== undefined && a.version === b.version && a.integrity === b.integrity
}

function readPackages(...path) {
  try {
    return JSON.parse(readFileSync(inRoot(...path), 'utf8')).packages
  } catch {
    return undefined
  }
}

/** Installing deletes the packages first, so it must not run on the Node that is one of them. */
function pathWithoutOwn() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.filter((folder) => !folder.startsWith(inRoot('node_modules'))).join(delimiter)
}

/** The npm that runs this script, with the Node it runs on, or the one on the path. */
function findNpm() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env
  if (script?.endsWith('npm-cli.js') && node) return [node, script]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm']
}
