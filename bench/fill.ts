import assert from 'node:assert/strict'
import Database from 'better-sqlite3'
import pg from 'pg'
import type { Store } from '../src/storage/store.ts'
import { addTokens, TEAM_ID, team, userAt, userIdOf } from './people.ts'

/** Fills an empty store with people in one statement. What it writes is held against what the store would have written:
 * the first people come through the store, and a statement that made them otherwise is an error. */
export async function fillPostgres(store: Store, url: string, people: number): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await fill(store, people, {
      insert: (from) => client.query(POSTGRES_INSERT, [from, people, ...parts()]),
      read: async () => (await client.query(READ_FIRST)).rows,
      removeLast: () => client.query(REMOVE_LAST),
      settle: () => client.query('vacuum analyze users'),
    })
  } finally {
    await client.end()
  }
}

export async function fillSqlite(store: Store, path: string, people: number): Promise<void> {
  const db = new Database(path)
  try {
    await fill(store, people, {
      insert: (from) => db.prepare(SQLITE_INSERT).run(from, people - 1, ...parts()),
      read: () => db.prepare<[], object>(READ_FIRST).all(),
      removeLast: () => db.exec(REMOVE_LAST),
      settle: () => db.exec('analyze users'),
    })
  } finally {
    db.close()
  }
}

interface Tables {
  insert(from: number): unknown
  /** The rows of the first people. */
  read(): Promise<readonly object[]> | readonly object[]
  /** Of the first people. */
  removeLast(): unknown
  settle(): unknown
}

const BY_STORE = 2

async function fill(store: Store, people: number, { insert, read, removeLast, settle }: Tables): Promise<void> {
  await store.addTeam(team, [userAt(0), userAt(1)])
  const [, expected] = await read()
  await removeLast()
  await insert(BY_STORE - 1)
  const [, made] = await read()
  assert.deepEqual(made, expected, 'the statement writes what the store writes')
  assert.deepEqual(await store.findUser(TEAM_ID, userIdOf(people - 1)), userAt(people - 1))
  await addTokens(store, people)
  await settle()
}

/** The encoded person, cut where the number stands: plain, and padded to seven digits. */
function parts(): readonly [name: string, email: string, body: string, updated: number] {
  const user = userAt(PLAIN)
  const body = JSON.stringify({ ...user, id: userIdOf(PLAIN) })
  const template = body.replaceAll(String(PLAIN).padStart(7, '0'), '{padded}').replaceAll(String(PLAIN), '{plain}')
  return [user.name.replace(String(PLAIN), ''), '@bench.example', template, user.updated]
}

/** A number that occurs nowhere else in a person. */
const PLAIN = 876_543

const COLUMNS = 'team_id, id, ordinal, email_lower, status_expiration, deleted, name, updated, body'

const POSTGRES_INSERT = `
  insert into users (${COLUMNS})
  select
    '${TEAM_ID}',
    'U0BENCH' || lpad(i::text, 7, '0'),
    i,
    $3::text || i || $4::text,
    0,
    0,
    $3::text || i,
    $6::bigint,
    replace(replace($5::text, '{padded}', lpad(i::text, 7, '0')), '{plain}', i::text)
  from
    generate_series($1::bigint, $2::bigint - 1) as i`

const SQLITE_INSERT = `
  with recursive numbers (i) as (select cast(? as integer) union all select i + 1 from numbers where i < ?),
    given (name, email, body, updated) as (select ?, ?, ?, cast(? as integer))
  insert into users (${COLUMNS})
  select
    '${TEAM_ID}',
    'U0BENCH' || printf('%07d', i),
    i,
    name || i || email,
    0,
    0,
    name || i,
    updated,
    replace(replace(body, '{padded}', printf('%07d', i)), '{plain}', i)
  from
    numbers,
    given`

const READ_FIRST = `select ${COLUMNS} from users where team_id = '${TEAM_ID}' order by ordinal limit ${BY_STORE}`
const REMOVE_LAST = `delete from users where team_id = '${TEAM_ID}' and id = '${userIdOf(BY_STORE - 1)}'`
