import { isRefusal } from '../domain/errors.ts'
import { changeProfile, emailsOf } from '../domain/profile/change-profile.ts'
import { parsePatch } from '../domain/profile/parse-patch.ts'
import { arg } from '../web-api/arguments.ts'
import { distinctTargets, perTarget, tier } from '../web-api/limits.ts'
import { defineMethod } from '../web-api/method.ts'
import { PROFILE_PROPERTIES, type ProfileInput } from './profile-input.ts'
import { profileSetAnswer, profileSetResponse } from './profile-set-answer.ts'

export const usersProfileSet = defineMethod({
  name: 'users.profile.set',
  summary: "Set a user's profile information, including custom status.",
  docs: [
    'Send `profile` with any number of keys, or one key as `name` and `value`. A key that is absent stays as it is; an',
    'empty one is cleared. The call is atomic: one refused value refuses all of it. Keys that cannot be written are',
    'ignored, and `response_metadata.messages` names them.',
  ].join('\n'),
  verb: 'POST',
  idempotent: true,
  tokens: ['user', 'workspace'],
  scopes: ['users.profile:write'],
  // Slack: "no more than 10 times per minute", "a single token may only set 30 user profiles per minute" — rate limits.
  rate: [tier(3), perTarget(10), distinctTargets(30)],
  args: {
    user: arg.userId({
      doc: 'Whose profile to change; the caller where absent or empty. Somebody else only for admins of paid teams.',
      example: 'U0MEL00001',
    }),
    profile: arg.json<ProfileInput>({
      doc: 'The keys to change, as JSON: at most 50, their names at most 255 characters long.',
      example: '{"status_text":"riding a train","status_emoji":":train:","status_expiration":1532627506}',
      otherwise: 'invalid_profile',
      properties: PROFILE_PROPERTIES,
    }),
    name: arg.string({ doc: 'One key to change. Only where `profile` is not sent.', example: 'first_name' }),
    value: arg.string({ doc: 'The value of that key; empty where absent.', example: 'John' }),
  },
  response: profileSetResponse,
  errors: [
    'invalid_profile',
    'profile_set_failed',
    'partial_profile_set_failed',
    'reserved_name',
    'name_not_allowed',
    'invalid_starts_with_at',
    'invalid_emoji_not_allowed',
    'username_same',
    'too_long',
    'email_taken',
    'must_clear_both_status_text_and_status_emoji',
    'profile_status_set_failed_not_emoji_syntax',
    'profile_status_set_failed_not_valid_emoji',
    'invalid_ooo_message',
    'user_not_found',
    'not_admin',
    'not_app_admin',
    'cannot_update_admin_user',
    'permission_denied',
    'sudo_required',
  ],
  unreachable: {
    partial_profile_set_failed: 'A call is atomic, so nothing is ever set in part (docs/decisions/0006).',
  },
  examples: [
    {
      title: 'A status that expires',
      token: 'xoxp-ada',
      args: { profile: { status_text: 'riding a train', status_emoji: ':train:', status_expiration: 1532627506 } },
      answer: { ok: true, username: 'ada' },
    },
    { title: 'One key', token: 'xoxp-ada', args: { name: 'first_name', value: 'Augusta' }, answer: { ok: true } },
    {
      title: 'A profile that is no JSON',
      token: 'xoxp-ada',
      args: { profile: '{first_name' },
      answer: { ok: false, error: 'invalid_profile' },
    },
  ],

  async handle(call) {
    const { args, grant, store, now, newSecret } = call
    const patch = parsePatch(args)
    if (isRefusal(patch)) return patch

    const key = {
      teamId: grant.teamId,
      actorId: grant.userId,
      userId: args.user ?? grant.userId,
      emails: emailsOf(patch),
      userIds: patch.mentionedUserIds,
    }
    // Drawn here, since a decision may be made again and has to come out the same.
    const emailCode = patch.core.email === undefined ? '' : newSecret()
    const outcome = await store.change(key, (loaded) => changeProfile({ ...loaded, grant, patch, emailCode, now }))
    if (isRefusal(outcome)) return outcome

    call.warn(outcome.notices)
    return profileSetAnswer(outcome, call)
  },
})
