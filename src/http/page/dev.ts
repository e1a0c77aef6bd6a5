import type { Role } from '../../domain/user.ts'
import type { DevFacts, PersonFacts, TeamFacts } from './facts.ts'
import { controlLine, findCaller } from './first-call.ts'
import { type Html, html } from './html.ts'
import { codeBlock, copyButton, firstCalls } from './parts.ts'

/** How many people of all teams together are shown, and how many rows a table has at most. */
export const PEOPLE_SHOWN_MAX = 200
const ROWS_SHOWN_MAX = 200

/** The page of `nametag dev`: who is there, their tokens, and a first call to paste. */
export function devBody(facts: DevFacts): Html {
  const caller = findCaller(facts.teams.flatMap((team) => team.people))
  return html`<h1>Your people are ready.</h1>
<p class="lead">This server answers Slack’s profile calls as Slack does, at <code>${facts.api}</code>. Everything on this
page is for trying out: the tokens below are no secrets.</p>
${caller ? firstCalls(facts.api, caller.token) : noCaller()}
${teamSections(facts.teams)}
${controls(facts.url)}
<h2>Where next</h2>
<ul>
<li>Bring people of your own: <code>nametag dev --workspace people.json</code>. Add <code>--fresh</code> to begin again.</li>
<li>Point an agent or a generator at the description of every method: <a href="/openapi.json">/openapi.json</a>.</li>
<li>Check that the server is up: <a href="/healthz">/healthz</a>.</li>
<li>Run it for a team, durably: <code>nametag serve --data ./team</code>.</li>
</ul>`
}

/** What Slack cannot offer a test. */
function controls(url: string): Html {
  const advance = controlLine(url, 'clock', { advance: '2h' })
  const fail = controlLine(url, 'faults', { error: 'ratelimited', retry_after: 5 })
  const reset = controlLine(url, 'reset', {})
  return html`<h2>Controls</h2>
<p class="soft">Paste these into a shell, or send the same from your tests. What was called so far stands at
<a href="/_nametag/calls">/_nametag/calls</a>.</p>
<div class="try">
${codeBlock('Move the clock two hours: statuses expire, limits refill', advance, 'the curl command that moves the clock')}
${codeBlock('Make the next call fail', fail, 'the curl command that makes a call fail')}
${codeBlock('Begin again', reset, 'the curl command that resets')}
</div>`
}

function noCaller(): Html {
  return html`<p>Nobody here has a user token with <code>users.profile:write</code>, which a first call needs. Add one to
the workspace file, or make one with <code>nametag token create</code>.</p>`
}

function teamSections(teams: readonly TeamFacts[]): Html[] {
  let left = PEOPLE_SHOWN_MAX
  return teams.map((team) => {
    const shown = team.people.slice(0, left)
    left -= shown.length
    return teamSection(team, shown)
  })
}

function teamSection(team: TeamFacts, shown: readonly PersonFacts[]): Html {
  const more = Math.max(team.peopleTotal ?? 0, team.people.length) - shown.length
  return html`<section aria-labelledby="${team.id}">
<h2 id="${team.id}">${team.name}</h2>
<p class="soft"><code>${team.id}</code> · domain <code>${team.domain}</code> · ${team.plan} plan</p>
<h3>People</h3>
<ul class="people">${shown.map(personCard)}</ul>
${more > 0 ? html`<p class="soft"><br>${shown.length > 0 ? 'and ' : ''}${more} more ${more === 1 ? 'person' : 'people'}, not shown here.</p>` : undefined}
${tables(team)}
</section>`
}

const ROLE_NAMES: Readonly<Record<Role, string>> = {
  primary_owner: 'Primary owner',
  owner: 'Owner',
  admin: 'Admin',
  member: 'Member',
  guest: 'Guest',
  single_channel_guest: 'Single-channel guest',
  bot: 'Bot',
}

function personCard(person: PersonFacts): Html {
  const called = person.realName || person.name
  return html`
<li class="person${person.deleted ? ' gone' : ''}">
<div class="who"><img src="${person.image}" alt="" width="52" height="52" loading="lazy"><div>
<p class="name">${called}</p>
<p class="line">${[person.displayName, person.title].filter(Boolean).join(' · ')}</p>
</div></div>
<div class="chips"><span class="chip">${ROLE_NAMES[person.role]}</span>${person.deleted ? html`<span class="chip plain">Deactivated</span>` : undefined}<span class="chip plain">${person.id}</span></div>
${statusLine(person)}
${tokenLine(person, called)}
</li>`
}

function statusLine({ status }: PersonFacts): Html | undefined {
  if (status.text === '' && status.emoji === '') return undefined
  return html`<div class="status"><span class="hidden">Status: </span>${status.emoji} ${status.text}</div>`
}

function tokenLine({ token, tokenKind, scopes }: PersonFacts, called: string): Html {
  if (token === undefined) return html`<div class="token line">No token</div>`
  return html`<div class="token"><code>${token}</code>${copyButton(`the token of ${called}`)}</div>
<details><summary>${tokenKind ?? 'user'} token, ${scopes?.length ?? 0} ${scopes?.length === 1 ? 'scope' : 'scopes'}</summary>
<p class="line">${(scopes ?? []).join(', ')}</p></details>`
}

function tables({ fields, otherTokens }: TeamFacts): Html | undefined {
  if (fields.length === 0 && otherTokens.length === 0) return undefined
  return html`<div class="tables">
${fields.length > 0 ? fieldTable(fields) : undefined}
${otherTokens.length > 0 ? tokenTable(otherTokens) : undefined}
</div>`
}

function fieldTable(fields: TeamFacts['fields']): Html {
  const rows = fields
    .slice(0, ROWS_SHOWN_MAX)
    .map(
      ({ id, label, type }) => html`<tr><th scope="row">${label}</th><td><code>${id}</code></td><td>${type}</td></tr>`,
    )
  return html`<div class="scroll" role="region" aria-label="Custom fields" tabindex="0"><table>
<caption>Custom fields${beyond(fields.length)}</caption>
<thead><tr><th scope="col">Label</th><th scope="col">Id</th><th scope="col">Type</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

function tokenTable(tokens: TeamFacts['otherTokens']): Html {
  const rows = tokens
    .slice(0, ROWS_SHOWN_MAX)
    .map(
      ({ token, kind, user, app }) =>
        html`<tr><td><div class="pair"><code>${token}</code>${copyButton(`the ${kind} token of ${user}`)}</div></td><td>${kind}</td><td>${user}</td><td>${app ?? '–'}</td></tr>`,
    )
  return html`<div class="scroll" role="region" aria-label="Other tokens" tabindex="0"><table>
<caption>Other tokens${beyond(tokens.length)}</caption>
<thead><tr><th scope="col">Token</th><th scope="col">Kind</th><th scope="col">User</th><th scope="col">App</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

function beyond(count: number): string {
  return count > ROWS_SHOWN_MAX ? ` (the first ${ROWS_SHOWN_MAX} of ${count})` : ''
}
