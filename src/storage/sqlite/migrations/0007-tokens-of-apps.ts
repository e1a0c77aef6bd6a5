/** Which token of an app decides what it is told is asked again and again, and a team may have very many tokens. The
 * tokens of a person are found by as many columns, so that without statistics, too, nobody looks for them among the app's. */
export const sql = `
create index tokens_app
  on tokens (team_id, app_id, kind, created_at, token_id)
  where revoked_at is null;

drop index tokens_user;

create index tokens_user
  on tokens (team_id, user_id, app_id, kind, created_at);
`
