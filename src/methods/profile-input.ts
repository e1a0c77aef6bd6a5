import type { CoreKey } from '../domain/profile/patch.ts'

/** What users.profile.set takes as `profile`. `null` means that a key is not sent, the empty text clears. A profile that
 * was read may be sent back whole: what cannot be set is ignored. */
export type ProfileInput = { readonly [Key in CoreKey]?: string | null | undefined } & {
  /** Unix seconds; 0: never. */
  readonly status_expiration?: number | null | undefined
  readonly ooo_message?: string | null | undefined
  readonly fields?: Readonly<Record<string, FieldSent>> | readonly never[] | null | undefined
  readonly [fieldId: `Xf${string}`]: FieldSent
}

/** A custom field in any of its forms (docs/decisions/0012, 0013). */
type FieldSent = string | readonly ItemSent[] | ValueSent | null | undefined

interface ValueSent {
  readonly value?: string | readonly ItemSent[]
  /** As tags are read back. */
  readonly values?: readonly ItemSent[]
  readonly alt?: string
}

type ItemSent = string | { readonly value: string; readonly alt?: string }

type Schema = Readonly<Record<string, unknown>>

const text = (description: string) => ({ type: 'string', description })

/** The keys of `profile` for those who only have the description to go by. The empty text clears. */
export const PROFILE_PROPERTIES: { readonly [Key in CoreKey | 'status_expiration' | 'fields']: Schema } = {
  real_name: text('First and last name in one.'),
  first_name: text('The first name.'),
  last_name: text('The last name.'),
  display_name: text('What the person likes to be called.'),
  title: text('The job title.'),
  phone: text('The phone number, in any form.'),
  pronouns: text('Such as she/her.'),
  email: text('The email address. For admins alone.'),
  start_date: text('The first day at work, as YYYY-MM-DD.'),
  status_text: text('The text of the status: at most 100 characters.'),
  status_emoji: text('The emoji of the status: a name between colons, such as :train:.'),
  status_expiration: { type: 'integer', minimum: 0, description: 'When the status ends, in Unix seconds; 0: never.' },
  fields: {
    type: 'object',
    description:
      'Custom fields by their ids, which team.profile.get tells, such as {"Xf0ROLE001":{"value":"Roaster"}}.',
  },
}
