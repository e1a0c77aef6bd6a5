/** Arguments as a form, objects in it as JSON, which is what Slack takes everywhere. `undefined` and `null` are not sent. */
export function encodeForm(args: object): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(args)) {
    if (value !== undefined && value !== null) form.append(name, encodeValue(value))
  }
  return form.toString()
}

function encodeValue(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
