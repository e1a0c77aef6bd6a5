import Database from 'better-sqlite3'
import { nameOfMigration, type Schema } from '../schema.ts'
import { connect } from './connection.ts'
import { findMissing, migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'

/** What the database of a file lacks. Changes nothing, also while a server has it open. */
export function findSchema(path: string): Schema {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    return { missing: findMissing(db).map(nameOfMigration), newest: MIGRATIONS.length }
  } finally {
    db.close()
  }
}

/** Brings it up to date, and gives the names of the migrations that ran. The caller holds the folder's lock. */
export function bringUpToDate(path: string): readonly string[] {
  const db = connect(path)
  try {
    return migrate(db).map(nameOfMigration)
  } finally {
    db.close()
  }
}
