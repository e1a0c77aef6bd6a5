CREATE TABLE cursors (
  team_id text not null,
  reader text not null,
  seq integer not null,
  primary key (team_id, reader)
) strict;

CREATE TABLE log (
  team_id text not null,
  seq integer not null,
  user_id text not null,
  types text not null,
  at integer not null,
  body text not null,
  kind text not null,
  primary key (team_id, seq)
) strict;

CREATE INDEX log_told
  on log (team_id, kind, seq)
  where kind <> 'user';

CREATE TABLE migrations (
  number integer primary key,
  name text not null,
  checksum text not null
) strict;

CREATE TABLE notes (
  key text not null,
  value text not null,
  primary key (key)
) strict;

CREATE TABLE teams (
  team_id text not null,
  body text not null, app_count integer not null default 0,
  primary key (team_id)
) strict;

CREATE INDEX teams_with_apps
  on teams (team_id)
  where app_count > 0;

CREATE TABLE tokens (
  team_id text not null references teams (team_id),
  token_id text not null,
  digest text not null,
  kind text not null,
  user_id text not null,
  app_id text,
  created_at integer not null,
  revoked_at integer,
  body text not null,
  primary key (team_id, token_id)
) strict;

CREATE INDEX tokens_app
  on tokens (team_id, app_id, kind, created_at, token_id)
  where revoked_at is null;

CREATE UNIQUE INDEX tokens_digest
  on tokens (digest);

CREATE INDEX tokens_user
  on tokens (team_id, user_id, app_id, kind, created_at);

CREATE TABLE undelivered (
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

CREATE INDEX undelivered_due
  on undelivered (reader, next_at, team_id, id)
  where next_at is not null;

CREATE INDEX undelivered_next
  on undelivered (team_id, reader, next_at, seq, id);

CREATE TABLE users (
  team_id text not null references teams (team_id),
  id text not null,
  ordinal integer not null,
  email_lower text,
  status_expiration integer not null,
  deleted integer not null,
  name text not null,
  updated integer not null,
  body text not null,
  primary key (team_id, id)
) strict;

CREATE UNIQUE INDEX users_email
  on users (team_id, email_lower)
  where email_lower is not null;

CREATE INDEX users_expiring
  on users (status_expiration, team_id, id)
  where status_expiration > 0;

CREATE INDEX users_joined
  on users (team_id, ordinal, id);
