import { Wrong } from './wrong.ts'

const EXPIRES_IN_DAYS_MAX = 3650
/** Mails are tried again for almost a day. */
const LOG_RETENTION_DAYS_MIN = 1
const LOG_RETENTION_DAYS_MAX = 3650
const DAY_SECONDS = 86_400

/** In seconds; `null`: never. */
export function readExpiresIn(text: string | undefined): number | null {
  if (text === undefined) return null
  const seconds = readSeconds(text)
  if (!(seconds >= 1) || seconds > EXPIRES_IN_DAYS_MAX * DAY_SECONDS) {
    throw new Wrong(`--expires-in must be a time such as 30d, 12h, 90m or 3600s, at most ${EXPIRES_IN_DAYS_MAX}d`)
  }
  return seconds
}

/** In milliseconds. */
export function readLogRetention(text: string): number {
  const seconds = readSeconds(text)
  if (!(seconds >= LOG_RETENTION_DAYS_MIN * DAY_SECONDS) || seconds > LOG_RETENTION_DAYS_MAX * DAY_SECONDS) {
    const range = `from ${LOG_RETENTION_DAYS_MIN}d to ${LOG_RETENTION_DAYS_MAX}d`
    throw new Wrong(`--log-retention must be a time such as 30d or 48h, ${range}`)
  }
  return seconds * 1000
}

/** Of a time such as `30d`; else no number. */
function readSeconds(text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  return Number(amount) * ({ s: 1, m: 60, h: 3600, d: DAY_SECONDS }[unit ?? ''] ?? Number.NaN)
}
