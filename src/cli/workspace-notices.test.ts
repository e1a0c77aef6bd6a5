import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseWorkspace } from '../workspace/parse-workspace.ts'
import { areProblems } from '../workspace/problems.ts'
import { workspaceNotices } from './workspace-notices.ts'

function noticesOf(file: object): readonly string[] {
  const workspace = parseWorkspace(JSON.stringify(file), 'x')
  assert.ok(!areProblems(workspace), 'the file is right')
  return workspaceNotices(workspace)
}

const users = [{ id: 'U0PIA00001' }]
const withEvents = (...lists: readonly (readonly string[])[]) =>
  noticesOf({ users, apps: lists.map((events, index) => ({ id: `A0${index}`, events })) })
const withScopes = (...lists: readonly (readonly string[])[]) =>
  noticesOf({ users, tokens: lists.map((scopes, index) => ({ token: `xoxp-${index}`, user: 'U0PIA00001', scopes })) })

test('what this server sends and asks for needs no notice', () => {
  const events = [
    'user_change',
    'user_profile_changed',
    'user_status_changed',
    'tokens_revoked',
    'message.im',
    'message',
  ]
  assert.deepEqual(withEvents(events, events), [])
  const scopes = ['users.profile:read', 'users.profile:write', 'users:read', 'users:read.email', 'im:history']
  assert.deepEqual(withScopes([...scopes, 'connections:write', 'rtm:stream', 'client', 'team.preferences:write']), [])
})

test('an event that is never sent is told once, with the one that may be meant', () => {
  assert.deepEqual(
    withEvents(['user_change'], ['user_chnage', 'team_join'], ['team_join', 'team_join'], ['team_join']),
    [
      'apps[1].events: user_chnage is never sent here; did you mean "user_change"?',
      'apps[1].events and 2 more: team_join is never sent here',
    ],
  )
})

test('a scope that opens nothing is told once, with the one that may be meant', () => {
  assert.deepEqual(withScopes(['users.profile:wirte'], ['chat:write', 'users:read'], ['chat:write']), [
    'tokens[0].scopes: users.profile:wirte opens nothing here; did you mean "users.profile:write"?',
    'tokens[1].scopes and 1 more: chat:write opens nothing here',
  ])
})

test('the list is bounded', () => {
  const notices = withScopes(Array.from({ length: 60 }, (_, index) => `of.my.own${index}`))
  assert.deepEqual([notices.length, notices.at(-1)], [51, '… and 10 more'])
})
