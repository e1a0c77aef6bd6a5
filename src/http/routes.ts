import type { FastifyInstance, FastifyRequest } from 'fastify'
import { drawAvatar, parseAvatarPath } from './avatars.ts'
import { queryValueOf, sendHtml, takeEmptyForms } from './html-answer.ts'
import { notFound } from './not-found.ts'
import { type PageFacts, renderPage, renderSignIn } from './page/page.ts'

/** One-time links for the first sign-in. */
export interface SignIn {
  peek(code: string): boolean | Promise<boolean>
  /** The token, once. */
  redeem(code: string): string | undefined | Promise<string | undefined>
}

export interface RouteOptions {
  readonly page: () => PageFacts | Promise<PageFacts>
  readonly signIn: SignIn | undefined
  /** The base address for SDKs, with a slash at the end. */
  readonly api: () => string
  /** Host names under which the page may be asked for; empty: any. A name outside them is another site's. */
  readonly pageHosts: readonly string[]
}

/** Everything beside the Web API that this server answers. */
export function addRoutes(app: FastifyInstance, { page, signIn, api, pageHosts }: RouteOptions): void {
  app.get('/', async (request, reply) => {
    if (!isAllowedHost(request, pageHosts))
      return reply.code(421).send('Open this page under the address it was started with.\n')
    return sendHtml(reply, renderPage(await page()))
  })

  app.get('/avatars/*', async (request, reply) => {
    const picture = parseAvatarPath(request.url.split('?', 1)[0] ?? '')
    if (!picture) return notFound(reply)
    return reply
      .header('content-type', 'image/png')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('x-content-type-options', 'nosniff')
      .header('access-control-allow-origin', '*')
      .send(drawAvatar(picture.hash, picture.size))
  })

  if (signIn) addSignIn(app, signIn, api)
}

/** Showing the link changes nothing, so that a mail scanner or a preview cannot use it up; pressing the button does. */
function addSignIn(app: FastifyInstance, signIn: SignIn, api: () => string): void {
  takeEmptyForms(app)
  app.get('/sign-in', async (request, reply) => {
    const state = (await signIn.peek(queryValueOf(request, 'code')))
      ? { step: 'ask' as const }
      : { step: 'used' as const }
    return sendHtml(reply, renderSignIn(state))
  })
  app.post('/sign-in', async (request, reply) => {
    const token = await signIn.redeem(queryValueOf(request, 'code'))
    return sendHtml(reply, renderSignIn(token === undefined ? { step: 'used' } : { step: 'shown', token, api: api() }))
  })
}

/** The page shows tokens in `dev`. A foreign name that resolves to this machine would let its pages read them. */
function isAllowedHost(request: FastifyRequest, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true
  const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
  return allowed.includes(name) || name.endsWith('.localhost')
}
