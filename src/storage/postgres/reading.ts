import type { TeamId } from '../../domain/ids.ts'
import { LAST_ENTRIES_MAX, pageOf } from '../limits.ts'
import type { Reading } from '../roles.ts'
import type { Parts } from './parts.ts'

export function openReading({ tables, caches, digest }: Parts): Reading {
  const { teams, users, tokens, log, notes } = tables

  const existing = async (teamId: TeamId) => {
    const team = await caches.findTeam(teamId)
    if (team === undefined) throw new Error(`There is no team ${teamId}.`)
    return team
  }

  return {
    async findGrant(token) {
      return caches.findGrant(digest(token))
    },
    async findAccess(token) {
      const grant = await caches.findGrant(digest(token))
      if (grant === undefined) return undefined
      const owner = caches.findUser(grant.teamId, grant.userId)
      const [team, found] = await Promise.all([existing(grant.teamId), owner])
      return { grant, team, owner: found }
    },
    async getTeam(teamId) {
      return existing(teamId)
    },
    async findTeam(teamId) {
      return caches.findTeam(teamId)
    },
    async findTeams(after, limit) {
      return teams.findAfter(after ?? '', pageOf(limit))
    },
    async findTeamsWithApps(after, limit) {
      return teams.findAfterWithApps(after ?? '', pageOf(limit))
    },
    async findUser(teamId, userId) {
      return caches.findUser(teamId, userId)
    },
    async findUsers(teamId, after, limit) {
      const rows = pageOf(limit)
      return after === null ? users.findFirst(teamId, rows) : users.findAfter(teamId, after, rows)
    },
    async hasUserToken(teamId, userId, appId) {
      return tokens.hasLive(teamId, userId, appId)
    },
    async hasTokens() {
      return tokens.hasAny()
    },
    async findTokens(teamId, after, limit) {
      return tokens.findAfter(teamId, after ?? '', pageOf(limit))
    },
    async findTokensOfApp(app, after, limit) {
      return tokens.findOfApp(app, after, pageOf(limit))
    },
    async findTokensOfUser(user, limit) {
      return tokens.findOfUser(user, pageOf(limit))
    },
    async readLog(teamId, after, limit) {
      return log.read(teamId, after, pageOf(limit))
    },
    async findEntry(teamId, seq) {
      return log.find(teamId, seq)
    },
    async findLast(teamId, kind, limit) {
      return log.findLast(teamId, kind, pageOf(limit, LAST_ENTRIES_MAX))
    },
    async findExpiring(dueAt, limit) {
      return users.findExpiring(dueAt, pageOf(limit))
    },
    async findNextExpiration() {
      return users.findNextExpiration()
    },
    async findNote(key) {
      return notes.find(key)
    },
  }
}
