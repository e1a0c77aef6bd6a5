import type { TeamId, UserId } from '../ids.ts'
import type { User } from '../user.ts'

/** What the picture keys of a profile are made of: `${base}${size}${extension}` is an address. */
export interface Picture {
  readonly hash: string
  readonly base: string
  readonly extension: '.jpg' | '.png'
  readonly uploaded: boolean
}

export function pictureOf(user: User, publicUrl: string): Picture {
  const { photo } = user.profile
  if (photo === null) {
    const hash = defaultAvatarHash(user.teamId, user.id)
    return { hash, base: `${publicUrl}/avatars/${hash}-`, extension: '.png', uploaded: false }
  }
  const base = `${publicUrl}/avatars/${user.teamId}/${photo.hash}-`
  return { hash: photo.hash.slice(0, 12), base, extension: '.jpg', uploaded: true }
}

/** `g` and eleven hexadecimal digits, as Slack's own default pictures have. Slack takes them from the email address,
 * which lets anyone test a guessed address; these come from ids that every reader of the profile has anyway. */
export function defaultAvatarHash(teamId: TeamId, userId: UserId): string {
  const key = `${teamId}/${userId}`
  let low = 0x811c9dc5
  let high = 0x9747b28c
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x85ebca6b)
  }
  return `g${hex(mix(low), 8)}${hex(mix(high ^ low) >>> 20, 3)}`
}

/** The last step of MurmurHash3: ids that differ in one letter get hashes that differ everywhere. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}
