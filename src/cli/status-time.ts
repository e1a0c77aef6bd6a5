import type { StatusUntil } from './client-command.ts'

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const
const SECONDS_MAX = 10 * 366 * 86_400

/** When the status ends, in Unix milliseconds, or a sentence that says what is wrong. `now` likewise. */
export function readEnd(asked: StatusUntil, now: number): number | string {
  return 'for' in asked ? readFor(asked.for, now) : readUntil(asked.until, now)
}

function readFor(text: string, now: number): number | string {
  const parts = [...text.matchAll(/(\d{1,9})([smhd])/g)]
  const seconds = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit as keyof typeof UNITS], 0)
  if (parts.map(([part]) => part).join('') !== text || seconds < 1 || seconds > SECONDS_MAX) {
    return '--for must be a time such as 45m, 2h, 1h30m or 3d, at most ten years'
  }
  return now + seconds * 1000
}

const UNTIL = 'must be a local time such as 17:30 or 2026-12-24T12:00'

function readUntil(text: string, now: number): number | string {
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text)
  if (clock) return nextTime(Number(clock[1]), Number(clock[2]), now)
  const [, year, month, day, hour, minute] = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})$/.exec(text) ?? []
  if (year === undefined) return `--until ${UNTIL}`
  const at = new Date(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute))
  if (at.getMonth() !== Number(month) - 1 || at.getDate() !== Number(day) || Number(hour) > 23 || Number(minute) > 59) {
    return `--until ${UNTIL}, and ${text} is no such time`
  }
  return at.getTime() <= now ? `--until is in the past: ${text}` : at.getTime()
}

/** Today, or tomorrow where that has passed. */
function nextTime(hour: number, minute: number, now: number): number | string {
  if (hour > 23 || minute > 59) return `--until ${UNTIL}`
  const at = new Date(now)
  at.setHours(hour, minute, 0, 0)
  if (at.getTime() <= now) {
    at.setDate(at.getDate() + 1)
    at.setHours(hour, minute, 0, 0)
  }
  return at.getTime()
}

/** `17:30 today`, `09:00 tomorrow`, `2026-12-24 12:00`, in local time. */
export function tellEnd(end: number, now: number): string {
  const at = new Date(end)
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  const tomorrow = new Date(now)
  tomorrow.setDate(tomorrow.getDate() + 1)
  if (at.toDateString() === new Date(now).toDateString()) return `${time} today`
  if (at.toDateString() === tomorrow.toDateString()) return `${time} tomorrow`
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`
}

const two = (number: number): string => String(number).padStart(2, '0')
