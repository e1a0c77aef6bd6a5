export const sql = `
create table teams (
  team_id text not null,
  body text not null,
  primary key (team_id)
) strict;

create table users (
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

create unique index users_email
  on users (team_id, email_lower)
  where email_lower is not null;

create index users_joined
  on users (team_id, ordinal, id);

create index users_expiring
  on users (team_id, status_expiration)
  where status_expiration > 0;

create table tokens (
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

create unique index tokens_digest
  on tokens (digest);

create unique index tokens_id
  on tokens (token_id);

create index tokens_user
  on tokens (team_id, user_id);

create table log (
  seq integer primary key autoincrement,
  team_id text not null,
  user_id text not null,
  types text not null,
  at integer not null,
  body text not null
) strict;
`
