import { createHash } from 'node:crypto'
import type { Connection } from './connection.ts'
import { MIGRATIONS, type Migration } from './migrations.ts'

/** Brings the schema forward, one transaction per migration. Refuses a schema that this version does not know. Gives what
 * it applied. */
export function migrate(db: Connection, migrations: readonly Migration[] = MIGRATIONS): readonly Migration[] {
  makeTable(db)
  const missing = missingOf(migrations, findApplied(db))
  for (const migration of missing) apply(db, migration)
  return missing
}

/** Those that a store lacks; nothing is changed. */
export function findMissing(db: Connection, migrations: readonly Migration[] = MIGRATIONS): readonly Migration[] {
  return hasTable(db) ? missingOf(migrations, findApplied(db)) : migrations
}

/** Throws where the schema is not the work of these migrations. */
function missingOf(migrations: readonly Migration[], applied: readonly Applied[]): readonly Migration[] {
  const newest = migrations.at(-1)?.number ?? 0
  const unknown = applied.findLast(({ number }) => number > newest)
  if (unknown !== undefined) {
    throw new Error(
      `The store has schema ${unknown.number}, and this version of Nametag knows none above ${newest}: use a newer one.`,
    )
  }
  return migrations.filter((migration) => {
    const present = applied.find(({ number }) => number === migration.number)
    if (present !== undefined && present.checksum !== checksumOf(migration)) {
      throw new Error(`Migration ${migration.number} of the store is not the one that this version of Nametag has.`)
    }
    return present === undefined
  })
}

function apply(db: Connection, migration: Migration): void {
  db.transaction(() => {
    db.exec(migration.sql)
    addApplied(db, migration)
  }).exclusive()
}

function hasTable(db: Connection): boolean {
  return db.prepare("select name from sqlite_schema where type = 'table' and name = 'migrations'").get() !== undefined
}

function makeTable(db: Connection): void {
  db.exec(MIGRATIONS_TABLE)
}

const MIGRATIONS_TABLE = `
create table if not exists migrations (
  number integer primary key,
  name text not null,
  checksum text not null
) strict;
`

function findApplied(db: Connection): readonly Applied[] {
  return db
    .prepare<[], Applied>(`
      select
        number,
        checksum
      from
        migrations
      order by
        number`)
    .all()
}

function addApplied(db: Connection, migration: Migration): void {
  db.prepare(`
    insert into
      migrations (number, name, checksum)
    values
      (?, ?, ?)`).run(migration.number, migration.name, checksumOf(migration))
}

function checksumOf({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex')
}

interface Applied {
  readonly number: number
  readonly checksum: string
}
