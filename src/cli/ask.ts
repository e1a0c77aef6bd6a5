import { systemClock } from '../clock.ts'
import { answerControlRequests } from './control-requests.ts'
import { askServer, type ControlAnswer, controlSocketPath } from './control-socket.ts'
import { openFilled } from './open-place.ts'
import type { SettingsRequest } from './settings-requests.ts'
import type { StorePlace } from './store-place.ts'
import type { TokenRequest } from './token-requests.ts'

/** Asks the server that runs on the folder; where none runs, and of a database, opens the store itself. */
export async function ask(place: StorePlace, request: TokenRequest | SettingsRequest): Promise<ControlAnswer> {
  const socket = place.in === 'folder' ? controlSocketPath(place.folder) : undefined
  const told = socket === undefined ? undefined : await askServer(socket, request)
  if (told) return told

  const { store, close } = await openFilled(place)
  try {
    return await answerControlRequests({ store, clock: systemClock })(request)
  } finally {
    await close()
  }
}
