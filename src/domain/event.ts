import type { User } from './user.ts'

/** `user_change` and the sibling that Slack dispatches with it. */
export const EVENT_TYPES = ['user_change', 'user_profile_changed', 'user_status_changed'] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** One row of the log: a fact, with the events that tell of it. Written in the transaction of the fact itself. */
export interface LogEntry {
  /** Position in the log: later facts of one user have higher numbers. */
  readonly seq: number
  readonly types: readonly EventType[]
  /** The user right after the change. */
  readonly user: User
  /** Unix milliseconds. */
  readonly at: number
}
