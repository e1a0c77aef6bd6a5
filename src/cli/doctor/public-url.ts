import { isLoopback } from '../../loopback.ts'
import { reasonOf } from '../error-reason.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

const TIMEOUT_MS = 10_000
const WHAT = 'Public URL'

/** Whether people reach a server there, through whatever stands before it. */
export async function lookAtPublicUrl(url: string): Promise<readonly Finding[]> {
  return [await lookAtHealth(url), judgeEncryption(new URL(url))]
}

async function lookAtHealth(url: string): Promise<Finding> {
  try {
    const options = { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) } as const
    const health = await fetch(`${url}/healthz`, options)
    if (health.status !== 200 || !/^\{"ok":true/.test(await health.text())) {
      return problem(WHAT, `${url}/healthz answers ${health.status}, and not as Nametag does.`, ADVICE)
    }
    const call = await fetch(`${url}/api/api.test`, { method: 'POST', ...options })
    const answer = (await call.json()) as { readonly ok?: unknown }
    if (answer.ok !== true) return problem(WHAT, `${url}/api/api.test does not answer ok.`, ADVICE)
    return ok(WHAT, `${url} leads to a server.`)
  } catch (error) {
    return problem(WHAT, `${url} cannot be reached: ${reasonOf(error)}`, ADVICE)
  }
}

const ADVICE =
  'Check DNS, the certificate and the proxy: all paths have to reach the server, the WebSockets of /link/ and /websocket/ too.'

function judgeEncryption({ protocol, hostname }: URL): Finding {
  if (protocol === 'https:') return ok('TLS', 'the public URL is https.')
  if (isLoopback(hostname)) return ok('TLS', 'not needed on this machine.')
  return warning('TLS', 'the public URL is http: tokens travel in clear.', 'Put a proxy with TLS before the server.')
}
