import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import type { Connection } from './connection.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'
import { openTokens } from './tokens.ts'

/** SQLite, asked how it goes about all that is prepared. It knows nothing of how many rows there are. */
function watch(db: Connection, plans: string[]): Connection {
  const prepare = (sql: string) => {
    if (sql.trimStart().startsWith('select')) {
      const unknown = Array(sql.split('?').length - 1).fill(null)
      const steps = db.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`).all(...unknown)
      plans.push(steps.map(({ detail }) => detail).join('; '))
    }
    return db.prepare(sql)
  }
  return new Proxy(db, { get: (_, key) => (key === 'prepare' ? prepare : Reflect.get(db, key)) })
}

test("tokens of a person are not looked for among those of an app, nor an app's among the team's", () => {
  const db = new Database(':memory:')
  migrate(db, MIGRATIONS)
  const plans: string[] = []
  openTokens(watch(db, plans))
  const byIndex = plans.flatMap((plan) => plan.match(/tokens_(user|app) \(.*\)/)?.[0] ?? [])
  assert.deepEqual(byIndex, [
    'tokens_app (team_id=? AND app_id=? AND kind=? AND (created_at,token_id)>(?,?))',
    'tokens_user (team_id=? AND user_id=? AND app_id=? AND kind=?)',
    'tokens_user (team_id=? AND user_id=? AND app_id=? AND kind=?)',
  ])
  db.close()
})
