import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../src/config.ts'
import { listIn } from './support/dockerfile.ts'
import { buildImage, type Image, PACKAGES_AS_THEY_LIE } from './support/image.ts'
import { need } from './support/need.ts'
import { collect, until } from './support/process.ts'
import { send } from './support/send.ts'
import { temporaryFolder } from './support/server.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

describe('the Dockerfile', () => {
  test('makes a server of what it copies, which is healthy as long as it runs', async (t) => {
    const image = buildImage(ROOT, temporaryFolder(t))
    assert.ok(!existsSync(join(image.root, 'nametag/node_modules/typescript')), 'packages for development stay out')

    const { child, url } = await start(t, image)
    assert.equal((await send(`${url}/api/api.test`)).json.ok, true)
    assert.equal(await healthOf(image, new URL(url).port), 0)

    child.kill(image.steps.get('STOPSIGNAL')?.words[0] as NodeJS.Signals)
    assert.deepEqual(await once(child, 'close'), [0, null])
    assert.equal(await healthOf(image, new URL(url).port), 1)
    assert.ok(existsSync(join(image.root, 'data/nametag.db')), 'the data is in the volume')
  })

  test('makes an image that runs as a user without rights', () => {
    const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    const last = text.slice(text.lastIndexOf('FROM '))
    assert.match(last, /^USER node$/m)
    assert.match(last, /^VOLUME \/data$/m)
    assert.ok(last.indexOf('/data\nUSER') < last.indexOf('VOLUME /data'), 'the folder is its own before it is a volume')
  })
})

describe('the unit for systemd', () => {
  const text = readFileSync(join(ROOT, 'deploy/nametag.service'), 'utf8')
  const settings = new Map([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]))

  test('passes what systemd has to say of it', (t) => {
    const analyze = need(t, 'systemd-analyze', 'systemd')
    if (analyze === undefined) return
    const unit = join(temporaryFolder(t), 'nametag.service')
    writeFileSync(unit, text.replace('/usr/bin/node', process.execPath))
    // What it has to say comes on stderr, with exit code 0 where the unit would start all the same.
    const said = execFileSync('sh', ['-c', `"${analyze}" verify "${unit}" 2>&1`], { encoding: 'utf8' })
    assert.equal(said, '')
    const judged = execFileSync(analyze, ['security', '--offline=true', '--threshold=20', unit], { encoding: 'utf8' })
    assert.match(judged, /Overall exposure level for nametag\.service: \d/)
  })

  test('starts the program with a command line that it takes', () => {
    const [node, main, ...argv] = (settings.get('ExecStart') ?? '').replaceAll('%S', '/var/lib').split(' ')
    assert.deepEqual([node, main], ['/usr/bin/node', '/opt/nametag/dist/main.js'])
    assert.partialDeepStrictEqual(readConfig(argv, {}), {
      run: 'serve',
      place: { in: 'folder', folder: '/var/lib/nametag' },
    })
    assert.equal(settings.get('StateDirectory'), 'nametag')
  })

  test('leaves the program the time that it takes to end', () => {
    assert.ok(Number(settings.get('TimeoutStopSec')) > 10)
  })
})

async function start(t: TestContext, image: Image) {
  const [, main = ''] = commandOf(image, 'ENTRYPOINT')
  const argv = commandOf(image, 'CMD').map((word) => word.replace(/^\/data$/, join(image.root, 'data')))
  const program = [...PACKAGES_AS_THEY_LIE, join(image.root, main)]
  const child = spawn(process.execPath, [...program, ...argv, '--port', '0', '--json'], {
    cwd: join(image.root, image.workingFolder),
    env: { ...image.env },
  })
  t.after(() => child.kill('SIGKILL'))
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  const line = await until(
    () => (stdout().includes('\n') ? stdout() : undefined),
    () => `It did not become ready.\n${stderr()}`,
  )
  return { child, url: JSON.parse(line).url as string }
}

/** The exit code of the image's own check. */
async function healthOf(image: Image, port: string): Promise<number> {
  const [, ...argv] = commandOf(image, 'HEALTHCHECK')
  const child = spawn(process.execPath, argv, { env: { ...image.env, NAMETAG_PORT: port } })
  const [code] = await once(child, 'close')
  return code
}

function commandOf({ steps }: Image, name: string): readonly string[] {
  const step = steps.get(name)
  assert.ok(step, name)
  return listIn(step)
}
