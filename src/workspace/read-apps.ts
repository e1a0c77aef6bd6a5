import type { AppId, UserId } from '../domain/ids.ts'
import { parseAppId, parseUserId } from '../domain/ids.ts'
import type { App } from '../domain/team.ts'
import { readObject } from './read-object.ts'
import type { PersonOfFile } from './read-users.ts'
import {
  listOf,
  oneOf,
  orNull,
  readBoolean,
  readFilledText,
  readHttpUrl,
  readId,
  readText,
  Unique,
} from './read-values.ts'
import type { Spot } from './spot.ts'

export type People = ReadonlyMap<string, PersonOfFile>

const RESPONSES = ['modern', '2021', '2016'] as const
const readUserId = readId(parseUserId, 'U0ADA00001')

export function readApps(spot: Spot, people: People): Map<AppId, App> | undefined {
  const ids = new Unique()
  const bots = new Unique()
  const apps = listOf((item) => readApp(item, people, ids, bots))(spot)
  return apps && new Map(apps.map((app) => [app.id, app]))
}

function readApp(spot: Spot, people: People, ids: Unique, bots: Unique): App | undefined {
  return readObject(spot, (keys) => {
    const id = keys.need('id', readId(parseAppId, 'A0STATUS01'))
    const isOldest = keys.take('legacy_response', readBoolean, false)
    const response = keys.take('response', oneOf(RESPONSES), 'modern')
    const rest = {
      name: keys.take('name', readFilledText, id ?? ''),
      botUser: keys.take(
        'bot_user',
        orNull((at) => readBotUser(at, people, bots)),
        null,
      ),
      collaborators: keys.take(
        'collaborators',
        listOf((at) => readPersonId(at, people)),
        [],
      ),
      signingSecret: keys.take('signing_secret', readText, ''),
      verificationToken: keys.take('verification_token', readText, ''),
      socketMode: keys.take('socket_mode', readBoolean, false),
      requestUrl: keys.take('request_url', orNull(readHttpUrl), null),
      events: keys.take('events', listOf(readEventName), []),
      restricted: keys.take('restricted', readBoolean, false),
    }
    if (id === undefined) return undefined
    ids.check(keys.at('id'), id)
    // docs/decisions/0035
    return { id, ...rest, response: isOldest ? '2016' : response }
  })
}

export function readPersonId(spot: Spot, people: People): UserId | undefined {
  const id = readUserId(spot)
  if (id === undefined || people.has(id)) return id
  return spot.problem(`names ${id}, who is not among the users`)
}

function readBotUser(spot: Spot, people: People, bots: Unique): UserId | undefined {
  const id = readPersonId(spot, people)
  if (id === undefined) return undefined
  if (people.get(id)?.role !== 'bot') return spot.problem(`names ${id}, whose role is not "bot"`)
  bots.check(spot, id, 'names the bot user of')
  return id
}

function readEventName(spot: Spot): string | undefined {
  const text = readText(spot)
  if (text === undefined || /^[a-z][a-z0-9_.]{0,79}$/.test(text)) return text
  return spot.problem('must be the name of an event such as user_change')
}
