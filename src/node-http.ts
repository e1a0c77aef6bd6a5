// An `import` of these modules asks them for all of their exports, and so loads a whole HTTP client that is used nowhere
// here: a tenth of the time it takes to start.
export const http = process.getBuiltinModule('node:http')

/** Brings all of TLS with it, so it is asked for where it is needed. */
export function loadHttps() {
  return process.getBuiltinModule('node:https')
}
