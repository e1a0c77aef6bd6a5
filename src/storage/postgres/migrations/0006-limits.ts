/** What is known of the calls of the last minute. It is in the database's log, so that whoever takes over after a crash
 * knows it too (docs/decisions/0053). Rows change often and soon go: there is room for their new versions beside them. */
const table = `
table limit_windows (
  team_id text collate "C" not null,
  key text collate "C" not null,
  body text not null,
  valid_until bigint not null,
  primary key (team_id, key)
)`

export const sql = `create ${table} with (fillfactor = 50)`

export const sqlElsewhere = `create ${table}`
