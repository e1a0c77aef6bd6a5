import type { AnswerControl, ControlParts } from './control-socket.ts'
import { answerSettings, parseSettingsRequest } from './settings-requests.ts'
import { answerTokenRequests } from './token-requests.ts'

/** Everything that a server is asked by whoever holds its data folder. */
export function answerControlRequests(around: ControlParts): AnswerControl {
  const answerToken = answerTokenRequests(around)
  return async (request) => {
    const settings = parseSettingsRequest(request)
    return settings === undefined ? answerToken(request) : answerSettings(around, settings)
  }
}
