/** A reporter for node --test that keeps only the counts of the whole run, and which tests were left out, as JSON. */
// biome-ignore lint/style/noDefaultExport: node --test takes a reporter's default export.
export default async function* countReporter(source) {
  const counts = { leftOut: [] }
  for await (const { type, data } of source) {
    if (type === 'test:pass' && data.skip !== undefined)
      counts.leftOut.push({ test: data.name, why: String(data.skip) })
    if (type !== 'test:diagnostic' || data.nesting !== 0) continue
    const [, name, count] = /^(tests|pass|fail|cancelled|skipped|todo) (\d+)$/.exec(data.message) ?? []
    if (name) counts[name] = Number(count)
  }
  yield JSON.stringify(counts)
}
