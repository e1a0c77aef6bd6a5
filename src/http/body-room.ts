import type { IncomingMessage, ServerResponse } from 'node:http'

/** What is read of a body. A longer one is read to its end and thrown away, so that the client hears the answer. */
export const BODY_BYTES_MAX = 1024 * 1024
/** What all bodies that are being read may take together. */
export const BODIES_BYTES_MAX = 256 * 1024 * 1024
/** A body that has taken less is read even where there is no room, so that few large ones do not shut everybody out. */
const SMALL_BODY_BYTES_MAX = 8 * 1024
/** What a piece takes beside its bytes: a body may come byte by byte. */
export const PIECE_BYTES = 512

/** Room for the bodies that are being read, shared by all doors of a server. */
export interface BodyRoom {
  readonly bytesMax: number
  bytes: number
}

export function createBodyRoom(bytesMax: number = BODIES_BYTES_MAX): BodyRoom {
  return { bytesMax, bytes: 0 }
}

/** Whether a body that has taken so much of the room has to give way. */
export function isTooFull({ bytes, bytesMax }: BodyRoom, taken: number): boolean {
  return bytes > bytesMax && taken > SMALL_BODY_BYTES_MAX
}

/** Takes the room that a body says it needs until its request is answered. Says no where there is none. */
export function reserveRoom(room: BodyRoom, { headers }: IncomingMessage, response: ServerResponse): boolean {
  const taken = bytesOf(headers)
  if (taken === 0) return true
  room.bytes += taken
  if (isTooFull(room, taken)) {
    room.bytes -= taken
    return false
  }
  response.on('close', () => {
    room.bytes -= taken
  })
  return true
}

/** A body of unknown length may become as large as any; a larger one is a route's own matter. */
function bytesOf(headers: IncomingMessage['headers']): number {
  if (headers['transfer-encoding'] !== undefined) return BODY_BYTES_MAX
  return Math.min(Number(headers['content-length'] ?? 0), BODY_BYTES_MAX)
}
