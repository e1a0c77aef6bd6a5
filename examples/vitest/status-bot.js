const MEETING_SECONDS = 2 * 60 * 60

/** Shows that somebody is in a meeting, for two hours from `now` in Unix seconds. Tells what came of it. `slack` is a
 * client of nametag/client, for this server or for slack.com: limits it waits for by itself. */
export async function showMeeting(slack, now) {
  const status_expiration = now + MEETING_SECONDS
  const answer = await slack.users.profile.set({
    profile: { status_text: 'In a meeting', status_emoji: ':calendar:', status_expiration },
  })
  if (answer.ok) return 'shown'
  if (answer.error === 'token_revoked') return 'signed out'
  throw new Error(`The status could not be shown: ${answer.error}`)
}
