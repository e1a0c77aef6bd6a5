import type { Flag } from './commands.ts'

export const JSON_OUT: Flag = { name: 'json', env: 'NAMETAG_JSON', doc: 'Print JSON instead of text.' }
export const SERVER_DATA: Flag = {
  name: 'data',
  value: 'DIR',
  env: 'NAMETAG_DATA',
  doc: "The server's data folder; the server may be running.",
}
export const DATABASE_URL: Flag = {
  name: 'database-url',
  value: 'URL',
  env: 'NAMETAG_DATABASE_URL',
  doc: 'The PostgreSQL that holds the data, instead of --data: postgres://user:password@host/database.',
}
export const TOKEN_KEY: Flag = {
  name: 'token-key',
  value: 'FILE',
  env: 'NAMETAG_TOKEN_KEY',
  default: './token.key',
  doc: 'With --database-url: the file with the key of the tokens. Every node needs the same.',
}
export const TEAM: Flag = {
  name: 'team',
  value: 'T…',
  env: 'NAMETAG_TEAM',
  doc: 'The team; may be left out where there is one.',
}
export const PUBLIC_URL: Flag = {
  name: 'public-url',
  value: 'URL',
  env: 'NAMETAG_PUBLIC_URL',
  doc: 'Where people reach this server, where that is not the address it listens on.',
}
export const SMTP_URL: Flag = {
  name: 'smtp-url',
  value: 'URL',
  env: 'NAMETAG_SMTP_URL',
  doc: 'Send mail through this server: smtp(s)://user:password@host:port?from=people@example.com.',
}
export const LOG_RETENTION: Flag = {
  name: 'log-retention',
  value: 'TIME',
  env: 'NAMETAG_LOG_RETENTION',
  default: '30d',
  doc: 'How long to keep what apps and mails have been told, from 1d to 3650d.',
}
