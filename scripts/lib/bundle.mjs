/** `node scripts/lib/bundle.mjs FOLDER` puts the sources into a few files there: two hundred and fifty small ones take
 * longer to find and to read than to run. What is brought in while running (`import()`) stays a file of its own. */
import { build } from 'esbuild'
import { builtinModules } from './builtin-modules.mjs'
import { ROOT } from './paths.mjs'

const [folder] = process.argv.slice(2)
const shared = {
  absWorkingDir: ROOT,
  outdir: folder,
  bundle: true,
  format: 'esm',
  target: 'node22.12',
  // What is installed beside this package keeps its own version, licence and fixes.
  packages: 'external',
  // Names and lines stay as they were written: traces can be read as they are, and with `--enable-source-maps` they
  // name the sources.
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
}

const forNode = {
  ...shared,
  platform: 'node',
  splitting: true,
  // All stand in one folder: what looks for a file beside itself finds it from each of them.
  chunkNames: '[name]-[hash]',
  plugins: [builtinModules],
}

// What is never in one process with another shares nothing with it either: what is shared becomes many small files.
await Promise.all([
  build({ ...forNode, entryPoints: { main: 'src/main.ts' } }),
  build({ ...forNode, entryPoints: { testing: 'src/testing/start.ts' } }),
  build({ ...forNode, entryPoints: { 'writer-thread': 'src/storage/sqlite/writer-thread.ts' } }),
  // Also for browsers.
  build({ ...shared, platform: 'neutral', entryPoints: { client: 'src/client/client.ts' } }),
])
