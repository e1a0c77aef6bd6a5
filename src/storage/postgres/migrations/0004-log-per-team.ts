/** The team leads every key, so that a database can shard by it. What is due is looked for by its time and not by its
 * team (`undelivered_due`, as `users_expiring`): where teams are spread, every machine looks at its own index. And of a
 * token nothing is known but its digest: `token_teams`, which is spread by it, leads from there to the team. */
export const sql = `
drop table log_lock;

drop index log_seq;

drop index log_told;

create index log_told
  on log (team_id, kind, seq)
  where kind <> 'user';

create table log_heads (
  team_id text collate "C" not null,
  last_seq bigint not null,
  primary key (team_id)
) with (fillfactor = 50);

insert into
  log_heads (team_id, last_seq)
select
  team_id,
  max(seq)
from
  log
group by
  team_id;

alter table teams
  add column app_count integer not null default 0;

update teams
set
  app_count = json_array_length(body::json -> 'apps');

create index teams_with_apps
  on teams (team_id)
  where app_count > 0;

drop index tokens_digest;

drop index tokens_id;

create unique index tokens_digest
  on tokens (team_id, digest);

create table token_teams (
  digest text collate "C" not null,
  team_id text collate "C" not null,
  primary key (digest)
);

insert into
  token_teams (digest, team_id)
select
  digest,
  team_id
from
  tokens;

drop index undelivered_id;

drop index undelivered_next;

create index undelivered_next
  on undelivered (team_id, reader, next_at, seq, id);

create index undelivered_due
  on undelivered (reader, next_at, team_id, id)
  where next_at is not null;

-- What was to be mailed and had not been looked at yet.
insert into
  undelivered (team_id, id, reader, seq, type, attempts, reason, next_at)
select
  team_id,
  'mail-' || seq,
  'mail',
  seq,
  kind,
  0,
  '',
  at
from
  log
where
  kind in ('email_changed', 'email_requested')
  and seq > (
    select
      seq
    from
      cursors
    where
      reader = 'mail'
  );

alter table cursors
  rename to cursors_of_all;

alter index cursors_pkey
  rename to cursors_of_all_pkey;

create table cursors (
  team_id text collate "C" not null,
  reader text collate "C" not null,
  seq bigint not null,
  primary key (team_id, reader)
);

-- The readers were named app:TEAM/APP.
insert into
  cursors (team_id, reader, seq)
select
  split_part(substr(reader, 5), '/', 1),
  reader,
  seq
from
  cursors_of_all
where
  reader like 'app:%/%';

drop table cursors_of_all;
`
