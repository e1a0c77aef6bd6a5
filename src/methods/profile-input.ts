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
