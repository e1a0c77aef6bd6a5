/** What a look at one thing has shown, and what to do about it. */
export interface Finding {
  readonly what: string
  readonly state: 'ok' | 'warning' | 'problem'
  readonly found: string
  readonly advice?: string
}

export function ok(what: string, found: string): Finding {
  return { what, state: 'ok', found }
}

/** It works, but not as it should. */
export function warning(what: string, found: string, advice: string): Finding {
  return { what, state: 'warning', found, advice }
}

/** A server does not start, or may lose something. */
export function problem(what: string, found: string, advice: string): Finding {
  return { what, state: 'problem', found, advice }
}

/** Runs a look; one that fails is a finding, too. */
export async function look(
  what: string,
  find: () => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  try {
    return await find()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [problem(what, `This could not be looked at: ${reason}`, 'Mend this first, then run the command again.')]
  }
}

const MIB = 1024 * 1024

export function bytes(count: number): string {
  if (count >= 1024 * MIB) return `${(count / 1024 / MIB).toFixed(1)} GiB`
  return count >= MIB ? `${(count / MIB).toFixed(1)} MiB` : `${count.toLocaleString('en')} bytes`
}
