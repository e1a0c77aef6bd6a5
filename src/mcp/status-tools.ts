import type { Method } from '../web-api/method.ts'
import type { ApiAnswer } from './api.ts'
import { mistake, outcomeOf } from './outcome.ts'
import { type Json, type ObjectSchema, type Outcome, propertyOf, type Tool } from './tool.ts'

const METHOD = 'users.profile.set'
const MINUTES_MAX = 366 * 24 * 60
/** With a time zone, without which a time is no instant. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/

const STATUS: ObjectSchema = {
  type: 'object',
  properties: {
    status_text: { type: 'string' },
    status_emoji: { type: 'string' },
    status_expiration: { type: 'integer', description: 'Unix seconds; 0: never.' },
    expires_at: { type: 'string', description: 'The same as an ISO time; empty: never.' },
  },
  required: ['status_text', 'status_emoji', 'status_expiration', 'expires_at'],
}

/** The two things that people do most often, without arithmetic on Unix time. Both are calls of users.profile.set. */
export function statusTools({ args: { user } }: Method): readonly Tool[] {
  const whose = user === undefined ? {} : { user: propertyOf(user) }
  return [
    {
      name: 'status_set',
      title: 'Set a status',
      description: [
        'Set the status of the caller, or of `user`: a text, an emoji, or both. It replaces the whole present status.',
        'It stays until it is cleared, unless `for` or `until` says when it ends.',
      ].join('\n'),
      inputSchema: {
        type: 'object',
        properties: {
          text: { type: 'string', description: 'At most 100 characters. Example: In a meeting' },
          emoji: { type: 'string', description: 'A name between colons. Example: :coffee:' },
          for: { type: 'integer', minimum: 1, maximum: MINUTES_MAX, description: 'Minutes from now. Example: 30' },
          until: {
            type: 'string',
            description: 'An ISO time with its zone. Not together with `for`. Example: 2026-01-15T18:00:00+01:00',
          },
          ...whose,
        },
        additionalProperties: false,
      },
      outputSchema: STATUS,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
      async run({ text = '', emoji = '', user: named, ...when }, { api, now }) {
        if (text === '' && emoji === '') return mistake('send text, emoji or both; status_clear removes a status')
        const expiration = readExpiration(when, now())
        if (typeof expiration === 'string') return mistake(expiration)
        return statusOf(await api(METHOD, toArgs({ text, emoji, expiration }, named)))
      },
    },
    {
      name: 'status_clear',
      title: 'Clear a status',
      description: 'Remove the status of the caller, or of `user`. Where there is none, nothing happens.',
      inputSchema: { type: 'object', properties: whose, additionalProperties: false },
      outputSchema: STATUS,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
      run: async ({ user: named }, { api }) =>
        statusOf(await api(METHOD, toArgs({ text: '', emoji: '', expiration: 0 }, named))),
    },
  ]
}

interface Status {
  readonly text: unknown
  readonly emoji: unknown
  readonly expiration: number
}

function toArgs({ text, emoji, expiration }: Status, user: unknown): Json {
  const profile = { status_text: text, status_emoji: emoji, status_expiration: expiration }
  return user === undefined ? { profile } : { user, profile }
}

/** Unix seconds, 0 for never; or a sentence that says what is wrong. */
function readExpiration({ for: minutes, until }: Json, now: number): number | string {
  if (minutes !== undefined && until !== undefined) return 'send one of for and until, not both'
  if (minutes !== undefined) {
    if (typeof minutes !== 'number' || !Number.isInteger(minutes) || minutes < 1 || minutes > MINUTES_MAX) {
      return `for: send whole minutes from 1 to ${MINUTES_MAX}`
    }
    return Math.floor(now / 1000) + minutes * 60
  }
  if (until === undefined) return 0
  const at = typeof until === 'string' && INSTANT.test(until) ? Date.parse(until) : Number.NaN
  if (Number.isNaN(at)) return 'until: send a time with its zone, such as 2026-01-15T18:00:00+01:00'
  if (at <= now) return `until: this time has passed; now is ${new Date(now).toISOString()}`
  return Math.floor(at / 1000)
}

function statusOf(answer: ApiAnswer): Outcome {
  if (!answer.ok) return outcomeOf(answer)
  const { status_text = '', status_emoji = '', status_expiration = 0 } = (answer.profile ?? {}) as Json
  const seconds = Number(status_expiration)
  const data = {
    status_text,
    status_emoji,
    status_expiration: seconds,
    expires_at: seconds === 0 ? '' : new Date(seconds * 1000).toISOString(),
  }
  return { isError: false, text: JSON.stringify(data), data }
}
