/** Who does the work that one node at a time may do, and tickets for sockets, which any node may redeem. A node and a
 * ticket belong to no team: a sharding engine spreads the few rows there are by their own keys. */
export const sql = `
create table nodes (
  node_id text collate "C" not null,
  valid_until timestamptz not null,
  primary key (node_id)
);

create table leases (
  team_id text collate "C" not null,
  name text collate "C" not null,
  owner text collate "C",
  epoch bigint not null,
  primary key (team_id, name)
);

create table tickets (
  digest text collate "C" not null,
  sealed text not null,
  valid_until timestamptz not null,
  primary key (digest)
);

create index tickets_valid
  on tickets (valid_until);
`
