const NOUNS = { teams: 'team', users: 'person', tokens: 'token', log: 'log entry' } as const
const PLURALS: Readonly<Record<string, string>> = { person: 'people', 'log entry': 'log entries' }

/** What a store holds, in words: `1 team, 12 people, 3 tokens, 40 log entries`. */
export function tellCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(NOUNS)
    .map(([table, noun]) => counted(counts[table] ?? 0, noun))
    .join(', ')
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : (PLURALS[noun] ?? `${noun}s`)}`
}
