/** ` did you mean "role"?` with its semicolon, or nothing where no known word is close. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const close = nearestWord(word, known)
  return close === undefined ? '' : `; did you mean "${close}"?`
}

/** The known word that a typing mistake or two away from `word`. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  const mistakesMax = word.length <= 3 ? 1 : 2
  let best: string | undefined
  let bestDistance = mistakesMax + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > mistakesMax) continue
    const distance = mistakesBetween(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Letters left out, added, replaced, or swapped with their neighbour. */
function mistakesBetween(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    beforeLast = last
    last = current
  }
  return last[b.length] ?? 0
}
