import type { Connection } from './connection.ts'

export interface Cursors {
  find(reader: string): Promise<number | undefined>
  save(reader: string, seq: number): Promise<void>
}

export function openCursors(db: Connection): Cursors {
  const find = db.prepare<[reader: string], { seq: number }>(`
    select
      seq
    from
      cursors
    where
      reader = $1`)

  const save = db.prepare<[reader: string, seq: number], never>(`
    insert into
      cursors (reader, seq)
    values
      ($1, $2)
    on conflict (reader) do update
    set
      seq = excluded.seq`)

  return {
    find: async (reader) => (await find.get(reader))?.seq,
    save: async (reader, seq) => {
      await save.run(reader, seq)
    },
  }
}
