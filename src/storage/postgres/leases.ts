import type { Lease, Leases, WorkName } from '../leases.ts'
import type { Connection } from './connection.ts'
import { type Doorbell, FREED_CHANNEL } from './doorbell.ts'

/** All times are the database's. A node whose time is over is removed before anything is taken from it, and what is
 * removed never lives again: so no lease has two holders that both could prove theirs. */
export function openLeases(db: Connection, doorbell: Pick<Doorbell, 'openFreed'> | null): Leases {
  const add = db.prepare<[nodeId: string, validMs: number], never>(`
    insert into
      nodes (node_id, valid_until)
    values
      ($1, now() + $2 * interval '1 millisecond')`)

  const renew = db.prepare<[nodeId: string, validMs: number], { nodeId: string }>(`
    with
      renewed as (
        update
          nodes
        set
          valid_until = now() + $2 * interval '1 millisecond'
        where
          node_id = $1
          and valid_until > now()
        returning
          node_id
      )
    select
      nodes.node_id as "nodeId"
    from
      nodes,
      renewed
    where
      nodes.valid_until > now()
    order by
      nodes.node_id`)

  const drop = db.prepare<[nodeId: string], never>(`
    delete from nodes
    where
      node_id = $1`)

  const dropDead = db.prepare<[], never>(`
    delete from nodes
    where
      valid_until <= now()`)

  const find = db.prepare<[nodeId: string, ...WorkColumns], Found>(`
    select
      w.team_id as "teamId",
      w.name,
      l.epoch,
      l.owner is null or l.owner = $1 or n.node_id is null as "isFree"
    from
      unnest($2::text[], $3::text[]) as w (team_id, name)
      left join leases l on l.team_id = w.team_id and l.name = w.name
      left join nodes n on n.node_id = l.owner`)

  // Somebody may have been quicker since: the epoch tells, also where PostgreSQL has waited for them.
  const take = db.prepare<[nodeId: string, ...WorkColumns, epochs: readonly number[]], Lease>(`
    update
      leases
    set
      owner = $1,
      epoch = leases.epoch + 1
    from
      unnest($2::text[], $3::text[], $4::bigint[]) as f (team_id, name, epoch)
    where
      leases.team_id = f.team_id
      and leases.name = f.name
      and leases.epoch = f.epoch
    returning
      leases.team_id as "teamId",
      leases.name,
      leases.owner,
      leases.epoch`)

  const make = db.prepare<[nodeId: string, ...WorkColumns], Lease>(`
    insert into
      leases (team_id, name, owner, epoch)
    select
      team_id,
      name,
      $1,
      1
    from
      unnest($2::text[], $3::text[]) as w (team_id, name)
    on conflict (team_id, name) do nothing
    returning
      team_id as "teamId",
      name,
      owner,
      epoch`)

  const giveBack = db.prepare<LeaseColumns, never>(`
    update
      leases
    set
      owner = null
    from
      unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as g (team_id, name, owner, epoch)
    where
      leases.team_id = g.team_id
      and leases.name = g.name
      and leases.owner = g.owner
      and leases.epoch = g.epoch`)

  // It travels with other statements, as the bell's own connection may be closed right after.
  const ring = db.prepare<[], never>(`
    select
      pg_notify('${FREED_CHANNEL}', '')`)

  // Not every engine has bells.
  const tell = async () => {
    if (doorbell !== null) await ring.run().catch(() => {})
  }

  return {
    begin: async (nodeId, validMs) => {
      await add.run(nodeId, validMs)
    },
    renew: async (nodeId, validMs) => (await renew.all(nodeId, validMs)).map((row) => row.nodeId),
    take: async (nodeId, works) => {
      await dropDead.run()
      const found = await find.all(nodeId, ...toColumns(works))
      const free = found.filter(isFree)
      const unknown = found.filter(({ epoch }) => epoch === null)
      const epochs = free.map(({ epoch }) => epoch)
      const [taken, made] = await Promise.all([
        free.length === 0 ? [] : take.all(nodeId, ...toColumns(free), epochs),
        unknown.length === 0 ? [] : make.all(nodeId, ...toColumns(unknown)),
      ])
      return [...taken, ...made]
    },
    giveBack: async (leases) => {
      await giveBack.run(...toLeaseColumns(leases))
      await tell()
    },
    end: async (nodeId) => {
      await drop.run(nodeId)
      await tell()
    },
    onFreed: (listener) => doorbell?.openFreed(listener) ?? (() => {}),
  }
}

/** Whether the lease is still its owner's, and stays it until the transaction ends. */
export async function holdLease(db: Connection, { teamId, name, owner, epoch }: Lease): Promise<boolean> {
  const find = db.prepare<[teamId: string, name: string, owner: string, epoch: number], { epoch: number }>(`
    select
      epoch
    from
      leases
    where
      team_id = $1
      and name = $2
      and owner = $3
      and epoch = $4
    for share`)

  return (await find.get(teamId, name, owner, epoch)) !== undefined
}

interface Found extends WorkName {
  /** Nothing where nobody has ever held it. */
  readonly epoch: number | null
  readonly isFree: boolean
}

function isFree(found: Found): found is Found & { readonly epoch: number } {
  return found.isFree && found.epoch !== null
}

type WorkColumns = [teamIds: readonly string[], names: readonly string[]]

function toColumns(works: readonly WorkName[]): WorkColumns {
  return [works.map(({ teamId }) => teamId), works.map(({ name }) => name)]
}

type LeaseColumns = [...WorkColumns, owners: readonly string[], epochs: readonly number[]]

function toLeaseColumns(leases: readonly Lease[]): LeaseColumns {
  return [...toColumns(leases), leases.map(({ owner }) => owner), leases.map(({ epoch }) => epoch)]
}
