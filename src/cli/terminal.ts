/** Where a command writes: what was asked for to `out`, everything else to `error`. */
export interface Terminal {
  out(text: string): void
  error(text: string): void
  readonly paint: Paint
}

export interface Paint {
  bold(text: string): string
  dim(text: string): string
}

export const PLAIN: Paint = { bold: (text) => text, dim: (text) => text }
export const COLORED: Paint = {
  bold: (text) => `\u001b[1m${text}\u001b[22m`,
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
}

/** The process's own terminal. Colours only where a person looks. */
export function openTerminal(color: boolean): Terminal {
  return {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
    paint: color && process.stdout.isTTY ? COLORED : PLAIN,
  }
}

/** Columns as wide as their widest cell, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, [...cell].length)
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
      .join('  ')
      .trimEnd(),
  )
}
