export const sql = `
alter table log
  add column kind text collate "C" not null default 'user';

create index log_told
  on log (kind, seq)
  where kind <> 'user';

drop index users_expiring;

create index users_expiring
  on users (status_expiration, team_id, id)
  where status_expiration > 0;

create table cursors (
  reader text collate "C" not null,
  seq bigint not null,
  primary key (reader)
);

create table undelivered (
  team_id text collate "C" not null,
  id text collate "C" not null,
  reader text collate "C" not null,
  seq bigint not null,
  type text not null,
  attempts integer not null,
  reason text not null,
  next_at bigint,
  primary key (team_id, id)
);

create unique index undelivered_id
  on undelivered (id);

create index undelivered_next
  on undelivered (reader, next_at, seq, id);
`
