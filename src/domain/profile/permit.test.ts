import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aTeam, aWorld, ids, NOW, NOW_SECONDS, type PersonName } from '../../../test/support/world.ts'
import { isRefusal } from '../errors.ts'
import type { Team } from '../team.ts'
import type { User } from '../user.ts'
import { permit } from './permit.ts'

const person = (name: PersonName): User => aWorld().users.find((user) => user.id === ids[name]) ?? assert.fail(name)

interface Case {
  readonly actor: User | undefined
  readonly user: User | undefined
  readonly team?: Team
  readonly createdAt?: number
}

function verdict({ actor, user, team = aTeam(), createdAt = NOW_SECONDS }: Case): string {
  const permission = permit({ team, actor, user, grant: { createdAt }, now: NOW })
  return isRefusal(permission) ? permission.refused : 'yes'
}

const TARGETS = ['self', 'pia', 'olga', 'abe', 'bob', 'gus', 'sol', 'bot'] as const

/** y: yes, r: cannot_update_admin_user, n: not_admin, b: not_app_admin. `olga`, `abe` and `bob` are peers of `owen`, `ada`
 * and `mel`; `bob` is a collaborator of the bot's app. */
const PRIMARY_OWNER_RULE: Readonly<Record<string, string>> = {
  //    self pia olga abe bob gus sol bot
  pia: '  y   y   y    y   y   y   y   y',
  owen: ' y   r   r    r   y   y   y   y',
  ada: '  y   r   r    r   y   y   y   b',
  mel: '  y   n   n    n   n   n   n   b',
  bob: '  y   n   n    n   y   n   n   y',
  gus: '  y   n   n    n   n   y   n   b',
  sol: '  y   n   n    n   n   n   y   b',
  bot: '  b   n   n    n   n   n   n   b',
}

const OUTRANK_RULE: Readonly<Record<string, string>> = {
  //    self pia olga abe bob gus sol bot
  pia: '  y   y   y    y   y   y   y   y',
  owen: ' y   r   r    y   y   y   y   y',
  ada: '  y   r   r    r   y   y   y   b',
  mel: '  y   n   n    n   n   n   n   b',
  bob: '  y   n   n    n   y   n   n   y',
  gus: '  y   n   n    n   n   y   n   b',
  sol: '  y   n   n    n   n   n   y   b',
  bot: '  b   n   n    n   n   n   n   b',
}

const CODES: Readonly<Record<string, string>> = {
  y: 'yes',
  r: 'cannot_update_admin_user',
  n: 'not_admin',
  b: 'not_app_admin',
}

for (const [adminEditRule, matrix] of [
  ['primary_owner', PRIMARY_OWNER_RULE],
  ['outrank', OUTRANK_RULE],
] as const) {
  const team = aTeam()
  for (const [name, row] of Object.entries(matrix)) {
    test(`${adminEditRule}: whom ${name} may change`, () => {
      const actor = person(name as PersonName)
      const expected = row
        .trim()
        .split(/\s+/)
        .map((letter) => CODES[letter])
      const compat = { ...team.compat, adminEditRule }
      const found = TARGETS.map((target) => {
        const user = target === 'self' ? actor : person(target)
        return verdict({ actor, user, team: { ...team, compat } })
      })
      assert.deepEqual(found, expected)
    })
  }
}

test('nobody changes who is not there, and the deactivated change nothing', () => {
  const ada = person('ada')
  assert.equal(verdict({ actor: ada, user: undefined }), 'user_not_found')
  assert.equal(verdict({ actor: person('mel'), user: undefined }), 'user_not_found')
  assert.equal(verdict({ actor: ada, user: person('del') }), 'user_not_found')
  assert.equal(verdict({ actor: ada, user: { ...person('bot'), deleted: true } }), 'user_not_found')
  assert.equal(verdict({ actor: undefined, user: ada }), 'token_revoked')
  assert.equal(verdict({ actor: person('del'), user: person('del') }), 'token_revoked')
})

test('on the free plan everyone changes themselves only', () => {
  const team: Team = { ...aTeam(), plan: 'free' }
  const cases: readonly [PersonName, PersonName, string][] = [
    ['ada', 'ada', 'yes'],
    ['mel', 'mel', 'yes'],
    ['ada', 'mel', 'permission_denied'],
    ['pia', 'ada', 'permission_denied'],
    ['ada', 'pia', 'permission_denied'],
    ['pia', 'bot', 'permission_denied'],
    ['mel', 'ada', 'not_admin'],
    ['mel', 'bot', 'not_app_admin'],
  ]
  for (const [actor, user, code] of cases) {
    assert.equal(verdict({ actor: person(actor), user: person(user), team }), code, `${actor} ${user}`)
  }
})

test('a bot of another app, or of none, is closed to collaborators', () => {
  const team = aTeam()
  const bot = { ...person('bot'), id: ids.sol }
  assert.equal(verdict({ actor: person('bob'), user: bot }), 'not_app_admin')
  assert.equal(
    verdict({ actor: person('bob'), user: person('bot'), team: { ...team, apps: new Map() } }),
    'not_app_admin',
  )
  assert.equal(verdict({ actor: person('owen'), user: person('bot'), team: { ...team, apps: new Map() } }), 'yes')
})

test('an old token changes its own user only, where the team wants recent sign-ins', () => {
  const team = aTeam()
  const strict: Team = { ...team, settings: { ...team.settings, sudoMinutes: 60 } }
  const ada = person('ada')
  const other = (createdAt: number) => verdict({ actor: ada, user: person('mel'), team: strict, createdAt })
  assert.equal(other(NOW_SECONDS - 3600), 'yes')
  assert.equal(other(NOW_SECONDS - 3601), 'sudo_required')
  assert.equal(other(0), 'sudo_required')
  assert.equal(verdict({ actor: ada, user: ada, team: strict, createdAt: 0 }), 'yes')
  assert.equal(verdict({ actor: ada, user: person('mel'), createdAt: 0 }), 'yes')
  assert.equal(verdict({ actor: person('mel'), user: ada, team: strict, createdAt: 0 }), 'not_admin')
})
