import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TeamId, UserId } from '../ids.ts'
import { colorOf } from './color.ts'
import { defaultAvatarHash } from './picture.ts'

const TEAM = 'T0COFFEE1' as TeamId

test('a default picture is named by g and eleven hexadecimal digits', () => {
  assert.match(defaultAvatarHash(TEAM, 'U0ADA00001' as UserId), /^g[0-9a-f]{11}$/)
})

test('the name of a default picture never changes', () => {
  assert.equal(defaultAvatarHash(TEAM, 'U0ADA00001' as UserId), 'ga52781e5c22')
})

test('a hundred thousand neighbours have different pictures, and so do namesakes in other teams', () => {
  const hashes = new Set<string>()
  for (let index = 0; index < 50_000; index++) {
    const user = `U${index.toString(36).toUpperCase().padStart(9, '0')}` as UserId
    hashes.add(defaultAvatarHash(TEAM, user)).add(defaultAvatarHash('T0COFFEE2' as TeamId, user))
  }
  assert.equal(hashes.size, 100_000)
})

test('colours are handed out in the order of joining and then again', () => {
  assert.deepEqual([0, 1, 2, 3].map(colorOf), ['9f69e7', '4bbe2e', 'e7392d', '3c989f'])
  assert.equal(colorOf(34), colorOf(0))
  assert.match(colorOf(1_000_000), /^[0-9a-f]{6}$/)
})
