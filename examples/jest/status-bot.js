import { ErrorCode } from '@slack/web-api'

const MEETING_SECONDS = 2 * 60 * 60

/** Shows that somebody is in a meeting, for two hours from `now` in Unix seconds. Tells what came of it. */
export async function showMeeting(slack, now) {
  const status_expiration = now + MEETING_SECONDS
  try {
    await slack.users.profile.set({
      profile: { status_text: 'In a meeting', status_emoji: ':calendar:', status_expiration },
    })
    return 'shown'
  } catch (error) {
    if (error.code === ErrorCode.RateLimitedError) return `again in ${error.retryAfter} seconds`
    if (error.data?.error === 'token_revoked') return 'signed out'
    throw error
  }
}
