/** What a store knows of itself, such as which file filled it. A note belongs to no team: an engine that shards keeps the
 * few there are in one place. */
export const sql = `
create table notes (
  key text not null,
  value text not null,
  primary key (key)
) strict;
`
