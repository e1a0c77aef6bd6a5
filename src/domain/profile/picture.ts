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
  const low = mix(absorb(userId, absorb(teamId, 0x811c9dc5)))
  const high = mix(absorb(userId, low))
  return `g${hexByte(low >>> 24)}${hexByte(low >>> 16)}${hexByte(low >>> 8)}${hexByte(low)}${hexByte(high)}${hexDigit(high >>> 8)}`
}

/** FNV-1a. */
function absorb(text: string, start: number): number {
  let hash = start
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash
}

/** The last step of MurmurHash3: ids that differ in one letter get hashes that differ everywhere. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** A table, as every profile that leaves the server needs it and formatting numbers costs four times as much. */
const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hexByte(number: number): string {
  return HEX_BYTES[number & 0xff] ?? ''
}

function hexDigit(number: number): string {
  return '0123456789abcdef'.charAt(number & 0xf)
}
