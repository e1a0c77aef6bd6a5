/** What a test has to know of an event. */
export interface Event {
  readonly id: string
  /** Whose change it tells, and what that made of them. */
  readonly key: string
}

export interface Told {
  readonly userId: string
  readonly title: string
  readonly statusText: string
}

/** The same for an entry of the log and for the event that tells of it. */
export function keyOf({ userId, title, statusText }: Told): string {
  return `${userId} ${title} ${statusText}`
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
export function eventOf(callback: any): Event {
  const { id, profile } = callback.event.user
  return {
    id: callback.event_id,
    key: keyOf({ userId: id, title: profile.title, statusText: profile.status_text }),
  }
}
