import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRefusal, refuse } from '../domain/errors.ts'
import { parseTeamId, parseUserId } from '../domain/ids.ts'
import { confirmEmail, judgeLink } from '../domain/profile/confirm-email.ts'
import { foldEmail } from '../domain/profile/email.ts'
import { EMAIL_LINK_PATH, type EmailLinkParts } from '../domain/profile/email-link.ts'
import type { Store } from '../storage/store.ts'
import { queryValueOf, sendHtml, takeEmptyForms } from './html-answer.ts'
import { type ConfirmEmailState, renderConfirmEmail } from './page/page.ts'

export interface ConfirmEmailOptions {
  readonly store: Pick<Store, 'findUser' | 'change'>
  /** Unix milliseconds. */
  readonly clock: { now(): number }
}

/** Opening the link shows a button and changes nothing, so that a mail scanner confirms nothing; pressing it does. */
export function addConfirmEmail(app: FastifyInstance, { store, clock }: ConfirmEmailOptions): void {
  takeEmptyForms(app)
  app.get(EMAIL_LINK_PATH, (request, reply) => answer(request, reply, (link) => look(store, link, clock.now())))
  app.post(EMAIL_LINK_PATH, (request, reply) => answer(request, reply, (link) => confirm(store, link, clock.now())))
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  find: (link: EmailLinkParts) => Promise<ConfirmEmailState>,
): Promise<FastifyReply> {
  const teamId = parseTeamId(queryValueOf(request, 'team'))
  const userId = parseUserId(queryValueOf(request, 'user'))
  if (teamId === undefined || userId === undefined) return sendHtml(reply, renderConfirmEmail({ step: 'used' }))
  return sendHtml(reply, renderConfirmEmail(await find({ teamId, userId, code: queryValueOf(request, 'code') })))
}

async function look(
  store: ConfirmEmailOptions['store'],
  link: EmailLinkParts,
  now: number,
): Promise<ConfirmEmailState> {
  const user = await store.findUser(link.teamId, link.userId)
  if (user?.pendingEmail === undefined) return { step: 'used' }
  const step = judgeLink(user, link.code, now)
  return step === 'open' ? { step: 'ask', email: user.pendingEmail.email } : { step }
}

async function confirm(
  store: ConfirmEmailOptions['store'],
  link: EmailLinkParts,
  now: number,
): Promise<ConfirmEmailState> {
  const before = await look(store, link, now)
  if (before.step !== 'ask') return before
  const { teamId, userId, code } = link
  const key = { teamId, actorId: userId, userId, emails: [foldEmail(before.email)], userIds: [] }
  // Judged once more, as it may be pressed twice, or another address may have been asked for meanwhile.
  const outcome = await store.change(key, ({ user, emailOwners }) =>
    user === undefined ? refuse('user_not_found') : confirmEmail({ user, code, emailOwners, now }),
  )
  if (isRefusal(outcome) || outcome.link === 'open') return { step: 'used' }
  return outcome.link === 'confirmed' ? { step: 'confirmed', email: before.email } : { step: outcome.link }
}
