import { type Refusal, refuse } from '../../errors.ts'

/** Slack: "the `value` must be a valid date" — users.profile.set, date */
export function parseDate(text: string, field: string): string | Refusal<'profile_set_failed'> {
  if (isCalendarDay(text)) return text
  return refuse('profile_set_failed', `${field} takes a real day, written YYYY-MM-DD.`, { field })
}

/** Whether the text is a real day of the Gregorian calendar, `YYYY-MM-DD` — docs/decisions/0011 */
export function isCalendarDay(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false
  const year = Number(text.slice(0, 4))
  const month = Number(text.slice(5, 7))
  const day = Number(text.slice(8))
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
