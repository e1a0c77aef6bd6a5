/** A title that holds its number many times over, so that a torn one shows, and is long enough for the WAL to be moved
 * within the life of a writer. */
export function titleOf(value: number): string {
  return `${value} `.repeat(400)
}
