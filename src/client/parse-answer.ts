/** An answer in Slack's form; nothing where the text is something else. */
export function parseAnswer(text: string): object | undefined {
  const body = parseJson(text)
  if (typeof body !== 'object' || body === null) return undefined
  const { ok, error } = body as { readonly ok?: unknown; readonly error?: unknown }
  return ok === true || (ok === false && typeof error === 'string') ? body : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
