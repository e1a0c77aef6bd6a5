import { isRefusal, type Refusal } from '../errors.ts'
import type { Profile } from '../user.ts'
import { parseDate } from './fields/date.ts'
import { limited } from './fields/text.ts'
import type { CorePatch } from './patch.ts'

export type Details = Pick<Profile, 'title' | 'phone' | 'pronouns' | 'startDate'>

/** docs/decisions/0008 */
export const DETAIL_LENGTH_MAX = 255

/** Title, phone, pronouns and start date afterwards; the present object where none changed. The empty string clears — docs/decisions/0015. */
export function changeDetails(present: Details, core: CorePatch): Details | Refusal<'too_long' | 'profile_set_failed'> {
  const title = changeText(present.title, core.title, 'title')
  if (isRefusal(title)) return title
  const phone = changeText(present.phone, core.phone, 'phone')
  if (isRefusal(phone)) return phone
  const pronouns = changeText(present.pronouns, core.pronouns, 'pronouns')
  if (isRefusal(pronouns)) return pronouns
  const startDate = changeDate(present.startDate, core.start_date)
  if (isRefusal(startDate)) return startDate
  const isSame =
    title === present.title &&
    phone === present.phone &&
    pronouns === present.pronouns &&
    startDate === present.startDate
  return isSame ? present : { title, phone, pronouns, startDate }
}

/** A value equal to the present one is never refused — docs/decisions/0004. */
function changeText(present: string, sent: string | undefined, field: string): string | Refusal<'too_long'> {
  return sent === undefined || sent === present ? present : limited(sent, DETAIL_LENGTH_MAX, field)
}

function changeDate(present: string, sent: string | undefined): string | Refusal<'profile_set_failed'> {
  if (sent === undefined || sent === present) return present
  return sent === '' ? '' : parseDate(sent, 'start_date')
}
