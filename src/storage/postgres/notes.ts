import type { Connection } from './connection.ts'

export interface Notes {
  find(key: string): Promise<string | undefined>
  /** Each is false, and changes nothing, where the note is not what is expected. */
  add(key: string, value: string): Promise<boolean>
  replace(key: string, value: string, expected: string): Promise<boolean>
  drop(key: string, expected: string): Promise<boolean>
}

export function openNotes(db: Connection): Notes {
  const find = db.prepare<[key: string], { value: string }>(`
    select
      value
    from
      notes
    where
      key = $1`)

  const add = db.prepare<[key: string, value: string], never>(`
    insert into
      notes (key, value)
    values
      ($1, $2)
    on conflict (key) do nothing`)

  const replace = db.prepare<[value: string, key: string, expected: string], never>(`
    update
      notes
    set
      value = $1
    where
      key = $2
      and value = $3`)

  const drop = db.prepare<[key: string, expected: string], never>(`
    delete from
      notes
    where
      key = $1
      and value = $2`)

  return {
    find: async (key) => (await find.get(key))?.value,
    add: async (key, value) => (await add.run(key, value)).changes === 1,
    replace: async (key, value, expected) => (await replace.run(value, key, expected)).changes === 1,
    drop: async (key, expected) => (await drop.run(key, expected)).changes === 1,
  }
}
