import type { Grant } from '../domain/grant.ts'
import type { TeamId } from '../domain/ids.ts'
import { GOODBYE, HELLO, replyTo } from './rtm-messages.ts'
import { createRtmRoom, type RtmMember, type RtmOptions, type RtmRoom } from './rtm-room.ts'
import { CLOSE, type SocketLine, type SocketOpening, type SocketRoom, type SocketSession } from './socket-line.ts'

const CONNECTIONS_PER_USER_MAX = 10

/** The connections of the Real Time Messaging API. They hear what is committed while they are open; nothing is kept
 * for them. */
export interface Rtm extends SocketRoom {
  /** Reads the logs no more. */
  stop(): void
}

export function createRtm(options: RtmOptions): Rtm {
  const rooms = new Map<TeamId, RtmRoom>()

  function roomOf(teamId: TeamId): RtmRoom {
    const room = rooms.get(teamId) ?? createRtmRoom(options, teamId)
    rooms.set(teamId, room)
    return room
  }

  function open(line: SocketLine, { grant }: SocketOpening): SocketSession {
    const room = roomOf(grant.teamId)
    const own = [...room.members].filter((other) => other.grant.userId === grant.userId)
    if (own.length >= CONNECTIONS_PER_USER_MAX) own[0]?.line.close(CLOSE.policy, 'too many connections')
    const member = { line, grant }
    greet(room, member).catch((err) => {
      options.log.error({ err }, 'The end of the log could not be found for RTM.')
      line.close(CLOSE.goingAway, 'come again')
    })
    return {
      receive(text) {
        const reply = replyTo(text)
        if (reply !== undefined) line.send(reply)
        // Each message counts against the client, whatever it says.
        return false
      },
      revoke: () => line.close(CLOSE.policy, 'token no longer valid'),
      retire() {
        line.send(GOODBYE)
        line.close(CLOSE.goingAway, 'goodbye')
      },
      closed: () => leave(room, member),
    }
  }

  function leave(room: RtmRoom, member: RtmMember & { readonly grant: Grant }): void {
    room.leave(member)
    if (room.members.size > 0) return
    room.close()
    rooms.delete(member.grant.teamId)
  }

  return {
    open,
    turnAway: (line) => line.close(CLOSE.policy, 'token no longer valid'),
    stop() {
      for (const room of rooms.values()) room.close()
    },
  }
}

/** Whoever has heard the greeting hears of all that comes after it. */
async function greet(room: RtmRoom, member: RtmMember): Promise<void> {
  await room.join(member)
  member.line.send(HELLO)
}
