import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { need } from './need.ts'
import { temporaryFolder } from './server.ts'

const PACKAGES = 'golang-go golang-github-slack-go-slack-dev'
/** Where Debian's packages put the sources of Go libraries. */
const GO_LIBRARIES = '/usr/share/gocode'
const SLACK_GO = join(GO_LIBRARIES, 'src/github.com/slack-go/slack')

/** Builds the Go program in the folder, with Debian's slack-go and nothing from the network. Undefined where it is not there. */
export async function buildGo(t: TestContext, folder: string): Promise<string | undefined> {
  const go = need(t, 'go', PACKAGES, [SLACK_GO])
  if (go === undefined) return undefined
  const made = temporaryFolder(t)
  const program = join(made, 'program')
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: made,
    GOCACHE: join(made, 'cache'),
    GOPATH: GO_LIBRARIES,
    GO111MODULE: 'off',
    GOTOOLCHAIN: 'local',
  }
  await promisify(execFile)(go, ['build', '-o', program, '.'], { cwd: folder, env })
  return program
}
