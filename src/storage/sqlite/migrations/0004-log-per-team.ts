export const sql = `
drop index log_told;

alter table log
  rename to log_of_all;

create table log (
  team_id text not null,
  seq integer not null,
  user_id text not null,
  types text not null,
  at integer not null,
  body text not null,
  kind text not null,
  primary key (team_id, seq)
) strict;

insert into
  log (team_id, seq, user_id, types, at, body, kind)
select
  team_id,
  seq,
  user_id,
  types,
  at,
  body,
  kind
from
  log_of_all
order by
  team_id,
  seq;

drop table log_of_all;

create index log_told
  on log (team_id, kind, seq)
  where kind <> 'user';

alter table teams
  add column app_count integer not null default 0;

update teams
set
  app_count = json_array_length(body, '$.apps');

create index teams_with_apps
  on teams (team_id)
  where app_count > 0;

drop index tokens_id;

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

create table cursors (
  team_id text not null,
  reader text not null,
  seq integer not null,
  primary key (team_id, reader)
) strict;

-- The readers were named app:TEAM/APP.
insert into
  cursors (team_id, reader, seq)
select
  substr(reader, 5, instr(reader, '/') - 5),
  reader,
  seq
from
  cursors_of_all
where
  reader like 'app:%/%';

drop table cursors_of_all;
`
