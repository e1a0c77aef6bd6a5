import type { Connection } from './connection.ts'

export interface Notes {
  find(key: string): string | undefined
  /** Each is false, and changes nothing, where the note is not what is expected. */
  add(key: string, value: string): boolean
  replace(key: string, value: string, expected: string): boolean
  drop(key: string, expected: string): boolean
}

export function openNotes(db: Connection): Notes {
  const find = db.prepare<[key: string], { value: string }>(`
    select
      value
    from
      notes
    where
      key = ?`)

  const add = db.prepare<[key: string, value: string]>(`
    insert into
      notes (key, value)
    values
      (?, ?)
    on conflict (key) do nothing`)

  const replace = db.prepare<[value: string, key: string, expected: string]>(`
    update
      notes
    set
      value = ?
    where
      key = ?
      and value = ?`)

  const drop = db.prepare<[key: string, expected: string]>(`
    delete from
      notes
    where
      key = ?
      and value = ?`)

  return {
    find: (key) => find.get(key)?.value,
    add: (key, value) => add.run(key, value).changes === 1,
    replace: (key, value, expected) => replace.run(value, key, expected).changes === 1,
    drop: (key, expected) => drop.run(key, expected).changes === 1,
  }
}
