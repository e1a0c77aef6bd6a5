import type { ProfileChange } from '../domain/profile/change-profile.ts'
import { isAsciiEmail } from '../domain/profile/email.ts'
import { profileIn2021, userIn2016 } from '../domain/profile/wire-forms.ts'
import type { HandlerCall } from '../web-api/method.ts'
import { schema, type TypeOf } from '../web-api/schema.ts'
import { changedProfileAnswer } from './profile-answer.ts'
import { emailIn2021Schema, emailSchema, profileIn2021Schema, profileSchema, userIn2016Schema } from './schemas.ts'
import { userAnswer } from './user-answer.ts'

/** Today's answer, or one of the two older ones that an app's settings may ask for (docs/decisions/0035, 0036). */
export const profileSetResponse = schema.either(
  schema.object({ username: schema.string(), profile: profileSchema }, { email_pending: emailSchema }),
  schema.either(
    schema.object({ username: schema.string(), profile: profileIn2021Schema }, { email_pending: emailIn2021Schema }),
    userIn2016Schema,
  ),
)

export async function profileSetAnswer(
  change: ProfileChange,
  call: HandlerCall<unknown>,
): Promise<TypeOf<typeof profileSetResponse>> {
  const { grant, team } = call
  const form = grant.appId === null ? 'modern' : (team.apps.get(grant.appId)?.response ?? 'modern')
  switch (form) {
    case 'modern':
      return modern(change, changedProfileAnswer(change.user, call))
    case '2021':
      call.answerBare()
      return modern(withAsciiEmail(change), profileIn2021(changedProfileAnswer(change.user, call)))
    case '2016':
      call.answerBare()
      return answerIn2016(change, call)
    default:
      return form satisfies never
  }
}

function modern<Profile>({ user, emailPending }: ProfileChange, profile: Profile) {
  const username = user.name
  return emailPending === undefined ? { username, profile } : { username, profile, email_pending: emailPending }
}

function withAsciiEmail({ emailPending, ...rest }: ProfileChange): ProfileChange {
  return emailPending === undefined || !isAsciiEmail(emailPending) ? rest : { ...rest, emailPending }
}

async function answerIn2016({ user }: ProfileChange, call: HandlerCall<unknown>) {
  return userIn2016(await userAnswer(user, call))
}
