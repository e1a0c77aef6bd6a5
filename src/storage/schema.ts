/** What a schema lacks, as a person is told. */
export interface Schema {
  /** Names of migrations, such as `0003-notes`. */
  readonly missing: readonly string[]
  /** The number of the newest that this version knows. */
  readonly newest: number
}

export function nameOfMigration({ number, name }: { readonly number: number; readonly name: string }): string {
  return `${String(number).padStart(4, '0')}-${name}`
}
