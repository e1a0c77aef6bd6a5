/** Identifiers as Slack writes them. A branded id has passed its `parse…` function; a plain string has not. */
export type TeamId = Branded<'TeamId'>
export type UserId = Branded<'UserId'>
export type AppId = Branded<'AppId'>
export type FieldId = Branded<'FieldId'>

type Branded<Name extends string> = string & { readonly brand: Name }

/** Slack's pattern for people, `^[UW][A-Z0-9]{2,}$`, with an upper bound so that a key has one. */
export function parseUserId(text: string): UserId | undefined {
  return /^[UW][A-Z0-9]{2,30}$/.test(text) ? (text as UserId) : undefined
}

/** Document 003: `^[TE][A-Z0-9]{8,}$`. */
export function parseTeamId(text: string): TeamId | undefined {
  return /^[TE][A-Z0-9]{8,30}$/.test(text) ? (text as TeamId) : undefined
}

export function parseAppId(text: string): AppId | undefined {
  return /^A[A-Z0-9]{2,30}$/.test(text) ? (text as AppId) : undefined
}

/** Ids of custom profile fields. Slack's own placeholders (`Xf0111111`) are shorter than its live ids: both are taken. */
export function parseFieldId(text: string): FieldId | undefined {
  return /^Xf[A-Za-z0-9]{2,30}$/.test(text) ? (text as FieldId) : undefined
}
