import { type DatabaseFacts, findContent, findFacts } from '../../storage/postgres/facts.ts'
import { hearsNotifications } from '../../storage/postgres/hear.ts'
import { findDatabaseSchema, hasTables } from '../database.ts'
import { reasonOf } from '../error-reason.ts'
import { type Database, nameOf } from '../store-place.ts'
import { type Finding, look, ok, problem, warning } from './finding.ts'
import { lookAtKey } from './key.ts'
import { judgeSchema } from './schema.ts'

/** Everything about a database and the store in it. */
export async function lookAtDatabase(place: Database): Promise<readonly Finding[]> {
  let facts: DatabaseFacts
  try {
    facts = await findFacts(place.url)
  } catch (error) {
    const advice = 'Check host, name, user and password, and whether the server lets this machine in (pg_hba.conf).'
    return [problem('Database', `${nameOf(place)} cannot be reached: ${reasonOf(error)}`, advice)]
  }
  return [
    ok('Database', `${nameOf(place)} answers in ${facts.roundTripMs.toFixed(1)} ms.`),
    ...judgeDatabase(facts),
    ...(await look('LISTEN', async () => [judgeListen(await hearsNotifications(place.url))])),
    ...(await look('Schema', () => lookAtContent(place, facts))),
  ]
}

/** What can be said of a database before its tables are looked at. */
export function judgeDatabase(facts: DatabaseFacts): readonly Finding[] {
  return [
    judgeVersion(facts.version),
    judgeRole(facts),
    judgeEncoding(facts.settings.get('server_encoding')),
    judgeFlushes(facts.settings),
    judgeCommit(facts.settings.get('synchronous_commit')),
    judgeStandbys(facts),
    judgeConnections(facts.connections),
    judgeClock(facts.clockAheadMs),
    judgeRoundTrip(facts.roundTripMs),
    judgeEncryption(facts),
  ]
}

/** The oldest that its makers still look after. */
const MAJOR_MIN = 14

function judgeVersion(version: string): Finding {
  const [, name = '', major] = /^(\S+) (\d+)/.exec(version) ?? []
  const short = version.split(/ on |,/, 1)[0] ?? version
  if (name !== 'PostgreSQL' || major === undefined) return ok('Version', `${short}.`)
  if (Number(major) >= MAJOR_MIN) return ok('Version', `${short}.`)
  return warning('Version', `${short}.`, `Its makers mend it no longer: move to PostgreSQL ${MAJOR_MIN} or newer.`)
}

function judgeRole({ isStandby, settings }: DatabaseFacts): Finding {
  if (isStandby) {
    const advice = 'Name an address that always leads to the primary: the driver takes one host, and tries no other.'
    return problem('Writing', 'This is a standby, which takes no writes.', advice)
  }
  if (settings.get('default_transaction_read_only') === 'on') {
    return problem('Writing', 'default_transaction_read_only is on.', 'Turn it off for the database and its user.')
  }
  return ok('Writing', 'it takes writes.')
}

function judgeEncoding(encoding: string | undefined): Finding {
  if (encoding === undefined || encoding === 'UTF8') return ok('Encoding', 'UTF8.')
  return problem('Encoding', `${encoding}.`, "Make a database with encoding 'UTF8', and import an export into it.")
}

function judgeFlushes(settings: ReadonlyMap<string, string>): Finding {
  const off = ['fsync', 'full_page_writes'].filter((name) => settings.get(name) === 'off')
  if (off.length === 0) return ok('Flushes', 'fsync and full_page_writes are on.')
  const advice = 'Turn them on: a power cut can otherwise destroy the whole database.'
  return problem('Flushes', `${off.join(' and ')} off.`, advice)
}

function judgeCommit(setting: string | undefined): Finding {
  const what = 'synchronous_commit'
  if (setting === 'off') {
    return problem(what, 'off.', 'Turn it on: a crash can otherwise lose changes that were answered.')
  }
  if (setting === 'remote_write') {
    return warning(
      what,
      'remote_write.',
      'A standby that loses power can lose what was answered: on waits for its disk.',
    )
  }
  return ok(what, `${setting ?? 'as this engine has it'}.`)
}

function judgeStandbys({ standbys, settings }: DatabaseFacts): Finding {
  const names = settings.get('synchronous_standby_names') ?? ''
  const waited = standbys.filter(({ sync }) => sync === 'sync' || sync === 'quorum')
  if (names !== '' && waited.length === 0) {
    const advice = 'Start the standby that synchronous_standby_names asks for: until then no change is answered.'
    return problem('Standbys', 'A synchronous one is asked for, and none is seen.', advice)
  }
  if (standbys.length === 0) return ok('Standbys', 'none is seen: without backups, a lost disk loses everything.')
  const told = standbys.map(({ name, sync }) => `${name || 'unnamed'} (${sync ?? 'unknown'})`).join(', ')
  return ok('Standbys', `${told}.`)
}

/** Of one server: four that read, two that write, five that count, and one that listens. */
const CONNECTIONS_OF_SERVER = 12

function judgeConnections(connections: DatabaseFacts['connections']): Finding {
  const what = 'Connections'
  if (connections === undefined) return ok(what, 'this engine does not count them.')
  const { used, max } = connections
  const free = max - used
  const found = `${used} of ${max} are taken; each server takes up to ${CONNECTIONS_OF_SERVER}.`
  if (free >= CONNECTIONS_OF_SERVER) return ok(what, found)
  const advice = 'Raise max_connections (or the limit of the database or its user), or put a pooler in between.'
  return warning(what, found, advice)
}

const CLOCK_MS_GOOD = 1000
const CLOCK_MS_MAX = 30_000

function judgeClock(aheadMs: number): Finding {
  const seconds = Math.abs(aheadMs) / 1000
  const found = `this machine's is ${seconds.toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} the database's.`
  if (Math.abs(aheadMs) <= CLOCK_MS_GOOD) return ok('Clock', found)
  const advice = 'Set both by NTP: statuses expire, and tokens, by the clock of the server that looks.'
  return Math.abs(aheadMs) <= CLOCK_MS_MAX ? warning('Clock', found, advice) : problem('Clock', found, advice)
}

const ROUND_TRIP_MS_GOOD = 20

function judgeRoundTrip(ms: number): Finding {
  const found = `${ms.toFixed(1)} ms to the database and back.`
  if (ms <= ROUND_TRIP_MS_GOOD) return ok('Distance', found)
  return warning('Distance', found, 'Each change takes two of them: put servers and database closer together.')
}

function judgeEncryption({ isRemote, isEncrypted }: DatabaseFacts): Finding {
  if (!isRemote) return ok('Encryption', 'not needed on a socket of this machine.')
  if (isEncrypted !== false) return ok('Encryption', isEncrypted ? 'TLS.' : 'this engine does not tell.')
  const advice = 'Add ?sslmode=verify-full to the URL, unless nobody else is on that network.'
  return warning('Encryption', 'People and the password travel in clear.', advice)
}

function judgeListen(isHeard: boolean): Finding {
  if (isHeard) return ok('LISTEN', 'notifications come through.')
  const advice = 'It works: servers hear of each other up to 0.1 s later. A URL around the pooler makes it quicker.'
  return warning('LISTEN', 'Notifications do not come through, as behind a pooler of transactions.', advice)
}

async function lookAtContent(place: Database, { mayMakeTables }: DatabaseFacts): Promise<readonly Finding[]> {
  if (!(await hasTables(place))) {
    if (mayMakeTables) return [warning('Schema', 'There are no tables yet.', 'The first start of a server makes them.')]
    return [
      problem('Schema', 'There are no tables, and this user may make none.', 'Grant create on the schema to the user.'),
    ]
  }
  const schema = await findDatabaseSchema(place)
  const judged = judgeSchema(schema, '--database-url URL')
  if (schema.missing.length > 0) return [judged]
  const content = await findContent(place.url)
  return [
    judged,
    ...(content.isImporting
      ? [problem('Import', 'one is under way, or was cut off.', 'Run "nametag import" again with --fresh.')]
      : []),
    lookAtKey({ file: place.tokenKey, ...content }),
    ok('Servers', `${content.nodes} run on it just now.`),
  ]
}
