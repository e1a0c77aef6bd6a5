import assert from 'node:assert/strict'
import { test } from 'node:test'
import { methodsByName } from '../methods/index.ts'
import type { Method } from '../web-api/method.ts'
import { isFound, makeRegistryEntry, makeRegistrySummary, type RegistryOptions, toolNameOf } from './registry.ts'

const options: RegistryOptions = {
  methods: [...methodsByName.values()],
  serverUrl: 'http://127.0.0.1:4390/api',
  openApiUrl: 'http://127.0.0.1:4390/openapi.json',
  version: '1.2.3',
}
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it expects
const entry: any = makeRegistryEntry(options)
// biome-ignore lint/suspicious/noExplicitAny: the same
const toolOf = (name: string) => entry.tools.find((tool: any) => tool.name === name)

test('an entry is called slack, names absolute addresses, and has a tool for every method', () => {
  assert.equal(entry.name, 'slack')
  assert.equal(entry.base_url, 'http://127.0.0.1:4390/api')
  assert.equal(entry.openapi_url, 'http://127.0.0.1:4390/openapi.json')
  assert.equal(entry.tool_count, methodsByName.size)
  assert.deepEqual(
    entry.tools.map(({ path }: { path: string }) => path),
    options.methods.map(({ name }) => `/${name}`),
  )
})

test('usersProfileSet is what the published page says, but for the form that agents drop and a token they may send as bearer', () => {
  const { response_schema, parameters, ...tool } = toolOf('usersProfileSet')
  assert.deepEqual(tool, {
    name: 'usersProfileSet',
    description: "Set a user's profile information, including custom status.",
    method: 'POST',
    path: '/users.profile.set',
    operation_id: 'users_profile_set',
    tags: ['users.profile'],
  })
  assert.deepEqual(
    Object.entries<Record<string, unknown>>(parameters).map(([name, { location, required, type }]) => [
      name,
      location,
      required,
      type,
    ]),
    [
      ['token', 'header', false, 'string'],
      ['user', 'body', false, 'string'],
      ['profile', 'body', false, 'string'],
      ['name', 'body', false, 'string'],
      ['value', 'body', false, 'string'],
    ],
  )
  assert.equal(parameters.token.description, 'Authentication token. Requires scope: `users.profile:write`')
  assert.equal(response_schema.title, 'users.profile.set schema')
  assert.equal(response_schema.type, 'object')
})

test('the parameters of a GET travel in the query, with their types and choices', () => {
  assert.deepEqual(toolOf('usersInfo').parameters.user.location, 'query')
  assert.deepEqual(toolOf('usersInfo').parameters.user.required, true)
  assert.deepEqual(toolOf('usersInfo').parameters.include_locale.type, 'boolean')
  assert.deepEqual(toolOf('teamProfileGet').parameters.visibility.enum, ['all', 'visible', 'hidden'])
})

test('a method without tokens takes none', () => {
  assert.deepEqual(Object.keys(toolOf('apiTest').parameters), ['error'])
})

test('tool names are the words of a method, all different', () => {
  const named = (name: string) => toolNameOf({ name } as Method)
  assert.equal(named('users.lookupByEmail'), 'usersLookupByEmail')
  assert.equal(named('admin.users.session.clearSettings'), 'adminUsersSessionClearSettings')
  assert.equal(new Set(options.methods.map(toolNameOf)).size, methodsByName.size)
})

test('a list has the entry without its tools', () => {
  const { tools: _tools, ...rest } = entry
  assert.deepEqual(makeRegistrySummary(options), rest)
})

test('a search finds by every word, in any case, and everything by none', () => {
  for (const query of ['', 'slack', 'SLA', 'usersProfileSet', 'users.profile.set', 'status  profile']) {
    assert.equal(isFound(query, options), true, query)
  }
  for (const query of ['stripe', 'slack stripe', '.*']) assert.equal(isFound(query, options), false, query)
})
