/** A long title that holds its number many times over, so that a torn one shows. */
export function titleOf(value: number): string {
  return `${value} `.repeat(40)
}
