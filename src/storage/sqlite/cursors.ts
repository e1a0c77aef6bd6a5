import type { Connection } from './connection.ts'

export interface Cursors {
  find(reader: string): number | undefined
  save(reader: string, seq: number): void
}

export function openCursors(db: Connection): Cursors {
  const find = db.prepare<[reader: string], { seq: number }>(`
    select
      seq
    from
      cursors
    where
      reader = ?`)

  const save = db.prepare<[reader: string, seq: number]>(`
    insert into
      cursors (reader, seq)
    values
      (?, ?)
    on conflict (reader) do update
    set
      seq = excluded.seq`)

  return {
    find: (reader) => find.get(reader)?.seq,
    save: (reader, seq) => {
      save.run(reader, seq)
    },
  }
}
