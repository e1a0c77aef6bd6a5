import type { Connection } from './connection.ts'

export interface Tickets {
  /** False where too many are kept. */
  save(digest: string, sealed: string, lifeMs: number): Promise<boolean>
  take(digest: string): Promise<string | undefined>
}

export function openTickets(db: Connection, ticketsMax: number): Tickets {
  // Where the first answer was lost, it is sent again.
  const add = db.prepare<[digest: string, sealed: string, lifeMs: number, max: number], never>(`
    insert into
      tickets (digest, sealed, valid_until)
    select
      $1,
      $2,
      now() + $3 * interval '1 millisecond'
    where
      (
        select
          count(*)
        from
          tickets
      ) < $4
    on conflict (digest) do update
    set
      sealed = excluded.sealed,
      valid_until = excluded.valid_until`)

  const drop = db.prepare<[digest: string], { sealed: string; isValid: boolean }>(`
    delete from tickets
    where
      digest = $1
    returning
      sealed,
      valid_until > now() as "isValid"`)

  const dropOld = db.prepare<[], never>(`
    delete from tickets
    where
      valid_until <= now()`)

  return {
    save: async (digest, sealed, lifeMs) => {
      await dropOld.run()
      return (await add.run(digest, sealed, lifeMs, ticketsMax)).changes === 1
    },
    take: async (digest) => {
      const taken = await drop.get(digest)
      return taken?.isValid ? taken.sealed : undefined
    },
  }
}
