/** Slack counts "characters" without saying which; here they are Unicode code points — docs/decisions/0007. */
export function isLongerThan(text: string, max: number): boolean {
  if (text.length <= max) return false
  if (text.length > 2 * max) return true
  let count = 0
  for (const _ of text) count += 1
  return count > max
}

/** Whether both engines can store the text and give it back as it is: a lone surrogate has no UTF-8 form,
 * and PostgreSQL's text holds no NUL — docs/decisions/0007. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}
