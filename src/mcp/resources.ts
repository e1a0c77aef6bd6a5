import type { Method } from '../web-api/method.ts'
import type { Api } from './api.ts'
import { tellRefusal } from './outcome.ts'
import { referenceText } from './reference-text.ts'

/** Something an agent can read. */
export interface Resource {
  readonly uri: string
  readonly name: string
  readonly title: string
  readonly description: string
  readonly mimeType: string
  /** The text, or why there is none. */
  read(api: Api): Promise<ResourceText>
}

export type ResourceText = { readonly text: string } | { readonly refusal: string }

const FIELDS: Resource = {
  uri: 'nametag://team/profile-fields',
  name: 'profile-fields',
  title: 'Custom profile fields',
  description: 'The fields that this team has defined: ids, types, possible values. As team.profile.get answers.',
  mimeType: 'application/json',
  async read(api) {
    const answer = await api('team.profile.get', {})
    return answer.ok ? { text: JSON.stringify(answer.profile) } : { refusal: tellRefusal(answer) }
  },
}

export function makeResources(methods: ReadonlyMap<string, Method>): ReadonlyMap<string, Resource> {
  const resources = [FIELDS, ...[...methods.values()].map(referenceOf)]
  return new Map(resources.map((resource) => [resource.uri, resource]))
}

function referenceOf(method: Method): Resource {
  return {
    uri: `nametag://reference/${method.name}`,
    name: method.name,
    title: `Reference of ${method.name}`,
    description: method.summary,
    mimeType: 'text/markdown',
    read: async () => ({ text: referenceText(method) }),
  }
}
