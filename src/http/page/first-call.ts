import type { PersonFacts } from './facts.ts'

/** A complete line for a shell: it sets the status of whoever the token belongs to. */
export function curlLine(api: string, token: string): string {
  const body = JSON.stringify({ profile: { status_text: 'Brewing coffee', status_emoji: ':coffee:' } })
  return [
    `curl ${shellQuoted(`${api}users.profile.set`)}`,
    `  -H ${shellQuoted(`Authorization: Bearer ${token}`)}`,
    "  -H 'Content-Type: application/json; charset=utf-8'",
    `  -d ${shellQuoted(body)}`,
  ].join(' \\\n')
}

/** A complete line for a shell that uses one of the controls of `nametag dev`. */
export function controlLine(url: string, path: string, body: object): string {
  return [
    `curl ${shellQuoted(`${url}/_nametag/${path}`)}`,
    "  -H 'Content-Type: application/json'",
    `  -d ${shellQuoted(JSON.stringify(body))}`,
  ].join(' \\\n')
}

/** The call of `curlLine` with the official SDK for Node. */
export function sdkSnippet(api: string, token: string): string {
  return `import { WebClient } from '@slack/web-api'

const client = new WebClient(${scriptQuoted(token)}, {
  slackApiUrl: ${scriptQuoted(api)},
})

await client.users.profile.set({
  profile: {
    status_text: 'Brewing coffee',
    status_emoji: ':coffee:',
  },
})`
}

/** Whose token the examples use: the first person who may set a status with it. */
export function findCaller(people: readonly PersonFacts[]): (PersonFacts & { readonly token: string }) | undefined {
  return people.find((person): person is PersonFacts & { readonly token: string } => maySetStatus(person))
}

function maySetStatus({ token, tokenKind, scopes, role, deleted }: PersonFacts): boolean {
  if (token === undefined || deleted || role === 'bot') return false
  return tokenKind === 'user' && (scopes ?? []).includes('users.profile:write')
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function scriptQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}
