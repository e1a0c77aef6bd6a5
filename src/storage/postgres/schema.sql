CREATE TABLE cursors (
  team_id text collate "C" not null,
  reader text collate "C" not null,
  seq bigint not null,
  PRIMARY KEY (team_id, reader)
);

CREATE TABLE leases (
  team_id text collate "C" not null,
  name text collate "C" not null,
  owner text collate "C",
  epoch bigint not null,
  PRIMARY KEY (team_id, name)
);

CREATE TABLE limit_windows (
  team_id text collate "C" not null,
  key text collate "C" not null,
  body text not null,
  valid_until bigint not null,
  PRIMARY KEY (team_id, key)
) WITH (fillfactor=50);

CREATE TABLE log (
  team_id text collate "C" not null,
  seq bigint not null,
  user_id text collate "C" not null,
  types text not null,
  at bigint not null,
  body text not null,
  kind text collate "C" not null default 'user'::text,
  PRIMARY KEY (team_id, seq)
);

CREATE INDEX log_told ON log USING btree (team_id, kind, seq) WHERE (kind <> 'user'::text);

CREATE TABLE log_heads (
  team_id text collate "C" not null,
  last_seq bigint not null,
  PRIMARY KEY (team_id)
) WITH (fillfactor=50);

CREATE TABLE migrations (
  number integer not null,
  name text not null,
  checksum text not null,
  PRIMARY KEY (number)
);

CREATE TABLE nodes (
  node_id text collate "C" not null,
  valid_until timestamp with time zone not null,
  PRIMARY KEY (node_id)
);

CREATE TABLE notes (
  key text collate "C" not null,
  value text not null,
  PRIMARY KEY (key)
);

CREATE TABLE teams (
  team_id text collate "C" not null,
  version bigint not null,
  body text not null,
  app_count integer not null default 0,
  PRIMARY KEY (team_id)
);

CREATE INDEX teams_with_apps ON teams USING btree (team_id) WHERE (app_count > 0);

CREATE TABLE tickets (
  digest text collate "C" not null,
  sealed text not null,
  valid_until timestamp with time zone not null,
  PRIMARY KEY (digest)
);

CREATE INDEX tickets_valid ON tickets USING btree (valid_until);

CREATE TABLE token_teams (
  digest text collate "C" not null,
  team_id text collate "C" not null,
  PRIMARY KEY (digest)
);

CREATE TABLE tokens (
  team_id text collate "C" not null,
  token_id text collate "C" not null,
  digest text collate "C" not null,
  kind text not null,
  user_id text collate "C" not null,
  app_id text collate "C",
  created_at bigint not null,
  revoked_at bigint,
  body text not null,
  PRIMARY KEY (team_id, token_id),
  FOREIGN KEY (team_id) REFERENCES teams(team_id)
);

CREATE INDEX tokens_app ON tokens USING btree (team_id, app_id, kind, created_at, token_id) WHERE (revoked_at IS NULL);

CREATE UNIQUE INDEX tokens_digest ON tokens USING btree (team_id, digest);

CREATE INDEX tokens_user ON tokens USING btree (team_id, user_id, app_id, kind, created_at);

CREATE TABLE undelivered (
  team_id text collate "C" not null,
  id text collate "C" not null,
  reader text collate "C" not null,
  seq bigint not null,
  type text not null,
  attempts integer not null,
  reason text not null,
  next_at bigint,
  PRIMARY KEY (team_id, id)
);

CREATE INDEX undelivered_due ON undelivered USING btree (reader, next_at, team_id, id) WHERE (next_at IS NOT NULL);

CREATE INDEX undelivered_next ON undelivered USING btree (team_id, reader, next_at, seq, id);

CREATE TABLE users (
  team_id text collate "C" not null,
  id text collate "C" not null,
  ordinal bigint not null,
  email_lower text collate "C",
  status_expiration bigint not null,
  deleted integer not null,
  name text not null,
  updated bigint not null,
  body text not null,
  PRIMARY KEY (team_id, id),
  FOREIGN KEY (team_id) REFERENCES teams(team_id)
) WITH (fillfactor=80);

CREATE UNIQUE INDEX users_email ON users USING btree (team_id, email_lower) WHERE (email_lower IS NOT NULL);

CREATE INDEX users_expiring ON users USING btree (status_expiration, team_id, id) WHERE (status_expiration > 0);

CREATE INDEX users_joined ON users USING btree (team_id, ordinal, id);
