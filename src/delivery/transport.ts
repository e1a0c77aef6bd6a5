import type { AppId, TeamId } from '../domain/ids.ts'
import type { App } from '../domain/team.ts'
import type { AppEvent } from './event-body.ts'

/** One way on which apps take events: by HTTP, or in Socket Mode. What reads the log knows no more of it than this. */
export interface Transport {
  readonly name: TransportName
  /** Whether it is the way that the app has chosen. */
  serves(app: App): boolean
  /** Whether the app can be reached at all just now; until it can, its events wait in the log. */
  isOpen(app: AppName): boolean
  /** Whether it is open at every node, so that any of them may tell the app. */
  readonly isEverywhere: boolean
  /** Where events go. */
  addressOf(app: App): string
  /** Whether the app hears that it has had too many events. */
  readonly tellsOfLimit: boolean
  /** Sends one event once. Never rejects; resolves early where the signal calls it off. */
  send(message: Outgoing, signal: AbortSignal): Promise<TransportOutcome>
}

export type TransportName = 'webhook' | 'socket_mode'

export interface AppName {
  readonly teamId: TeamId
  readonly appId: AppId
}

export interface Outgoing {
  readonly teamId: TeamId
  readonly app: App
  readonly event: AppEvent
  readonly retry?: Retry
}

export interface Retry {
  /** 1 for the first retry. */
  readonly number: number
  /** Slack's word for why the attempt before failed. */
  readonly reason: string
}

export type TransportOutcome =
  | { readonly ok: true; readonly status?: number }
  | {
      readonly ok: false
      /** Slack's word for it. */
      readonly reason: string
      /** Where there was an answer by HTTP. */
      readonly status?: number
      /** The receiver asks for no retry. */
      readonly noRetry: boolean
      /** For the operator; names no secret. */
      readonly detail: string
    }
