import { createHash } from 'node:crypto'
import pg from 'pg'
import type { Connection, Pool } from './connection.ts'
import { MIGRATIONS, type Migration } from './migrations.ts'
import { isConstraintViolation, isUnsupported } from './outages.ts'
import { openTransaction } from './transaction.ts'

/** Brings the schema forward, one transaction per migration. Refuses a schema that this version does not know. Of
 * several processes that start together one applies, and the others wait for it. Gives what this one applied. */
export async function migrate(db: Pool, migrations: readonly Migration[] = MIGRATIONS): Promise<readonly Migration[]> {
  if (!(await hasTable(db))) await makeTable(db)
  const transaction = openTransaction(db, BEGIN)
  const done: Migration[] = []
  let isBehind = missingOf(migrations, await findApplied(db)) !== undefined
  while (isBehind) {
    const applied = await transaction(async (tx) => {
      await lock(tx)
      const missing = missingOf(migrations, await findApplied(tx))
      if (missing !== undefined) await apply(tx, missing)
      return missing
    })
    isBehind = applied !== undefined
    if (applied !== undefined) done.push(applied)
  }
  return done
}

/** Those that a store lacks; nothing is changed. */
export async function findMissing(
  db: Connection,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly Migration[]> {
  if (!(await hasTable(db))) return migrations
  const applied = await findApplied(db)
  missingOf(migrations, applied)
  return migrations.filter(({ number }) => !applied.some((present) => present.number === number))
}

/** How long a process waits for the one that migrates, and how long a migration may take. */
export const MIGRATE_TIMEOUT_MS = 3_600_000

const BEGIN = 'begin isolation level read committed'

/** The next migration to apply. Throws where the schema is not the work of these migrations. */
function missingOf(migrations: readonly Migration[], applied: readonly Applied[]): Migration | undefined {
  const newest = migrations.at(-1)?.number ?? 0
  const unknown = applied.findLast(({ number }) => number > newest)
  if (unknown !== undefined) {
    throw new Error(
      `The store has schema ${unknown.number}, and this version of Nametag knows none above ${newest}: use a newer one.`,
    )
  }
  for (const migration of migrations) {
    const present = applied.find(({ number }) => number === migration.number)
    if (present === undefined) return migration
    if (present.checksum !== checksumOf(migration)) {
      throw new Error(`Migration ${migration.number} of the store is not the one that this version of Nametag has.`)
    }
  }
  return undefined
}

async function apply(tx: Connection, migration: Migration): Promise<void> {
  if (migration.sqlElsewhere === undefined) await tx.prepare(migration.sql).run()
  else await runOrElse(tx, migration.sql, migration.sqlElsewhere)
  await addApplied(tx, migration)
}

async function runOrElse(tx: Connection, sql: string, sqlElsewhere: string): Promise<void> {
  await tx.prepare('savepoint before').run()
  try {
    await tx.prepare(sql).run()
  } catch (error) {
    if (!isUnsupported(error)) throw error
    await tx.prepare('rollback to savepoint before').run()
    await tx.prepare(sqlElsewhere).run()
  }
}

export async function hasTable(db: Connection): Promise<boolean> {
  const row = await db.prepare<[], { found: boolean }>("select to_regclass('migrations') is not null as found").get()
  return row?.found === true
}

/** Where two processes make it at once, one of them is told that it is there. */
async function makeTable(db: Connection): Promise<void> {
  try {
    await db.prepare(MIGRATIONS_TABLE).run()
  } catch (error) {
    const isThere = error instanceof pg.DatabaseError && DUPLICATE_OBJECTS.includes(error.code ?? '')
    if (!isThere && !isConstraintViolation(error)) throw error
  }
}

const DUPLICATE_OBJECTS = ['42P07', '42710']

/** The row with number 0 is no migration: whoever migrates holds it. */
const MIGRATIONS_TABLE = `
create table if not exists migrations (
  number integer not null,
  name text not null,
  checksum text not null,
  primary key (number)
);

insert into
  migrations (number, name, checksum)
values
  (0, 'lock', '')
on conflict (number) do nothing`

async function lock(tx: Connection): Promise<void> {
  await tx
    .prepare(`
      select
        number
      from
        migrations
      where
        number = 0
      for update`)
    .run()
}

async function findApplied(db: Connection): Promise<readonly Applied[]> {
  return db
    .prepare<[], Applied>(`
      select
        number,
        checksum
      from
        migrations
      where
        number > 0
      order by
        number`)
    .all()
}

async function addApplied(tx: Connection, migration: Migration): Promise<void> {
  await tx
    .prepare(`
      insert into
        migrations (number, name, checksum)
      values
        ($1, $2, $3)`)
    .run(migration.number, migration.name, checksumOf(migration))
}

function checksumOf({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex')
}

interface Applied {
  readonly number: number
  readonly checksum: string
}
