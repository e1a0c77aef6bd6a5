/** JSON that is being put together. */
export type Json = Readonly<Record<string, unknown>>
