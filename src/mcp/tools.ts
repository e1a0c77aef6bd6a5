import { didYouMean } from '../did-you-mean.ts'
import type { Method } from '../web-api/method.ts'
import { toolOf } from './method-tool.ts'
import { mistake } from './outcome.ts'
import { statusTools } from './status-tools.ts'
import type { Around, Json, Outcome, Tool } from './tool.ts'

/** The methods that agents are offered: what people do with profiles. The others are for programs. */
const OFFERED = ['users.profile.get', 'users.profile.set', 'team.profile.get', 'users.info'] as const

export function makeTools(methods: ReadonlyMap<string, Method>): ReadonlyMap<string, Tool> {
  const setting = methods.get('users.profile.set')
  const tools = [
    ...OFFERED.flatMap((name) => methods.get(name) ?? []).map(toolOf),
    ...(setting === undefined ? [] : statusTools(setting)),
  ]
  return new Map(tools.map((tool) => [tool.name, tool]))
}

/** The Web API passes over names that it does not know. An agent that has mistyped one needs to hear of it. */
export async function runTool(tool: Tool, args: Json, around: Around): Promise<Outcome> {
  const { properties, required = [] } = tool.inputSchema
  const known = Object.keys(properties)
  const unknown = Object.keys(args).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    return mistake(`there is no argument "${unknown.slice(0, 100)}"${didYouMean(unknown.slice(0, 100), known)}`)
  }
  const missing = required.find((name) => args[name] === undefined || args[name] === null)
  if (missing !== undefined) return mistake(`${missing}: this argument is required`)
  return tool.run(args, around)
}
