import type { TeamId, UserId } from '../ids.ts'

/** What stands in the link that confirms an address. */
export interface EmailLinkParts {
  readonly teamId: TeamId
  readonly userId: UserId
  /** The secret part. */
  readonly code: string
}

export const EMAIL_LINK_PATH = '/confirm-email'

/** `publicUrl` is without a slash at the end. */
export function emailLink(publicUrl: string, { teamId, userId, code }: EmailLinkParts): string {
  return `${publicUrl}${EMAIL_LINK_PATH}?${new URLSearchParams({ team: teamId, user: userId, code })}`
}
