export const sql = `
create table teams (
  team_id text collate "C" not null,
  version bigint not null,
  body text not null,
  primary key (team_id)
);

create table users (
  team_id text collate "C" not null references teams (team_id),
  id text collate "C" not null,
  ordinal bigint not null,
  email_lower text collate "C",
  status_expiration bigint not null,
  deleted integer not null,
  name text not null,
  updated bigint not null,
  body text not null,
  primary key (team_id, id)
) with (fillfactor = 80);

create unique index users_email
  on users (team_id, email_lower)
  where email_lower is not null;

create index users_joined
  on users (team_id, ordinal, id);

create index users_expiring
  on users (team_id, status_expiration)
  where status_expiration > 0;

create table tokens (
  team_id text collate "C" not null references teams (team_id),
  token_id text collate "C" not null,
  digest text collate "C" not null,
  kind text not null,
  user_id text collate "C" not null,
  app_id text collate "C",
  created_at bigint not null,
  revoked_at bigint,
  body text not null,
  primary key (team_id, token_id)
);

create unique index tokens_digest
  on tokens (digest);

create unique index tokens_id
  on tokens (token_id);

create index tokens_user
  on tokens (team_id, user_id);

create table log (
  team_id text collate "C" not null,
  seq bigint not null,
  user_id text collate "C" not null,
  types text not null,
  at bigint not null,
  body text not null,
  primary key (team_id, seq)
);

create unique index log_seq
  on log (seq);

create table log_lock (
  id integer not null,
  primary key (id)
);

insert into
  log_lock (id)
values
  (1);
`
