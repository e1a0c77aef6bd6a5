/** Runs the typed client in a world that has the platform's web functions and nothing of Node, and tells as JSON what came
 * of it. Started with the address of the API and a token. */
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join, relative } from 'node:path'
import { createContext, type Module, SourceTextModule } from 'node:vm'

const ROOT = join(import.meta.dirname, '../..')
const [apiUrl, token] = process.argv.slice(2)

const world = createContext({ fetch, AbortSignal, URLSearchParams, setTimeout, clearTimeout, apiUrl, token })
const loaded = new Map<string, SourceTextModule>()

const program = new SourceTextModule(
  `
  import { nametag, orThrow } from './client.ts'
  const { users } = nametag({ apiUrl, token })
  const { profile } = await orThrow(users.profile.set({ profile: { status_text: 'riding a train' } }))
  const refused = await users.profile.set({ user: 'U0MEL00001', profile: { title: 'x' } }, { token: 'xoxp-gus' })
  const failed = await nametag({ apiUrl: 'http://127.0.0.1:1/' }).api.test().catch(({ reason }) => reason)
  globalThis.outcomes = [profile.status_text, refused.error, failed]
  globalThis.globals = { process: typeof process, Buffer: typeof Buffer, require: typeof require }
  `,
  { context: world, identifier: join(ROOT, 'src/client/program.js') },
)
await program.link(load)
await program.evaluate()
const modules = [...loaded.keys()].map((path) => relative(ROOT, path))
process.stdout.write(JSON.stringify({ modules, globals: world.globals, outcomes: world.outcomes }))

function load(specifier: string, { identifier }: Module): SourceTextModule {
  const path = specifier.startsWith('.') ? join(identifier, '..', specifier) : specifier
  const known = loaded.get(path)
  if (known !== undefined) return known
  const source = stripTypeScriptTypes(readFileSync(path, 'utf8'))
  const module = new SourceTextModule(source, { context: world, identifier: path })
  loaded.set(path, module)
  return module
}
