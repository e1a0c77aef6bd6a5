/** What is known of the calls of the last minute. It may be lost at any time, so it is written to no log where the
 * database has tables without one. Rows change often and soon go: there is room for their new versions beside them. */
const table = `
table limit_windows (
  team_id text collate "C" not null,
  key text collate "C" not null,
  body text not null,
  valid_until bigint not null,
  primary key (team_id, key)
)`

export const sql = `create unlogged ${table} with (fillfactor = 50)`

export const sqlElsewhere = `create ${table}`
