import { builtinModules as names } from 'node:module'

const IS_NAME = /^[A-Za-z_$][\w$]*$/

/** Takes Node's own modules from `process.getBuiltinModule`. An `import` of one asks it for all of its exports, some of
 * which load much more: streams, WebCrypto, a whole HTTP client. */
export const builtinModules = {
  name: 'builtin-modules',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => {
      if (!names.includes(path.slice('node:'.length))) return undefined
      return { path, namespace: 'builtin-module', sideEffects: false }
    })
    build.onLoad({ filter: /^/, namespace: 'builtin-module' }, ({ path }) => ({ contents: moduleOf(path) }))
  },
}

/** What nobody uses of it is left out, being marked as pure. */
function moduleOf(path) {
  const exported = Object.keys(process.getBuiltinModule(path)).filter(
    (name) => IS_NAME.test(name) && name !== 'default',
  )
  return [
    `const module = /* @__PURE__ */ process.getBuiltinModule('${path}')`,
    'export default module',
    ...exported.map(
      (name) => `const $${name} = /* @__PURE__ */ (() => module.${name})(); export { $${name} as ${name} }`,
    ),
  ].join('\n')
}
