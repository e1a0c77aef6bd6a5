import { createHash } from 'node:crypto'
import type { Connection } from './connection.ts'
import { MIGRATIONS, type Migration } from './migrations.ts'

/** Brings the schema forward, one transaction per migration. Refuses a schema that this version does not know. */
export function migrate(db: Connection, migrations: readonly Migration[] = MIGRATIONS): void {
  makeTable(db)
  const applied = findApplied(db)
  const newest = migrations.at(-1)?.number ?? 0
  const unknown = applied.findLast(({ number }) => number > newest)
  if (unknown !== undefined) {
    throw new Error(`The store has schema ${unknown.number}, and this version of Nametag knows none above ${newest}.`)
  }
  for (const migration of migrations) {
    const present = applied.find(({ number }) => number === migration.number)
    if (present === undefined) apply(db, migration)
    else if (present.checksum !== checksumOf(migration)) {
      throw new Error(`Migration ${migration.number} of the store is not the one that this version of Nametag has.`)
    }
  }
}

function apply(db: Connection, migration: Migration): void {
  db.transaction(() => {
    db.exec(migration.sql)
    addApplied(db, migration)
  }).exclusive()
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
