import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { connect } from '../../src/storage/postgres/connection.ts'
import { migrate } from '../../src/storage/postgres/migrate.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
after(() => server.stop())

/** Those that do not begin with the team, and how a database that shards by it serves them. */
const OF_NO_TEAM: Readonly<Record<string, string>> = {
  migrations_pkey: 'few rows, read at the start: kept whole on every machine',
  nodes_pkey: 'one row for each process: kept whole on every machine',
  notes_pkey: 'few rows, of the store itself: kept whole on every machine',
  tickets_pkey: 'spread by the digest, which is all that is known of a ticket',
  tickets_valid: 'a look on every machine, now and then, for what is too old',
  token_teams_pkey: 'spread by the digest, which is all that is known of a token before its team is; rows never change',
  undelivered_due: 'what is due, of all teams: a look on every machine, each at its own index',
  users_expiring: 'what is due, of all teams: a look on every machine, each at its own index',
}

test('every key and index begins with the team but those that by nature know none', async () => {
  const db = connect(await server.createDatabase())
  try {
    await migrate(db)
    const indexes = await db.prepare<[], { name: string; first: string }>(INDEXES).all()
    assert.ok(indexes.length > 15, `${indexes.length} indexes`)
    const others = indexes.filter(({ first }) => first !== 'team_id').map(({ name }) => name)
    assert.deepEqual(others, Object.keys(OF_NO_TEAM))
  } finally {
    await db.close()
  }
})

const INDEXES = `
  select
    c.relname as "name",
    a.attname as "first"
  from
    pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_attribute a on a.attrelid = i.indrelid
    and a.attnum = i.indkey[0]
  where
    c.relnamespace = 'public'::regnamespace
  order by
    c.relname collate "C"`
