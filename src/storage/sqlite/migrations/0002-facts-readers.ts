export const sql = `
alter table log
  add column kind text not null default 'user';

create index log_told
  on log (kind, seq)
  where kind <> 'user';

drop index users_expiring;

create index users_expiring
  on users (status_expiration, team_id, id)
  where status_expiration > 0;

create table cursors (
  reader text not null,
  seq integer not null,
  primary key (reader)
) strict;

create table undelivered (
  team_id text not null,
  id text not null,
  reader text not null,
  seq integer not null,
  type text not null,
  attempts integer not null,
  reason text not null,
  next_at integer,
  primary key (team_id, id)
) strict;

create unique index undelivered_id
  on undelivered (id);

create index undelivered_next
  on undelivered (reader, next_at, seq, id);
`
