import type { TeamId } from '../../domain/ids.ts'
import { LAST_ENTRIES_MAX, pageOf } from '../limits.ts'
import type { Reading } from '../roles.ts'
import type { Parts } from './parts.ts'

export function openReading({ gate, tables, caches, digest }: Parts): Reading {
  const { teams, users, tokens, log, notes } = tables

  const existing = (teamId: TeamId) => {
    const team = caches.findTeam(teamId)
    if (team === undefined) throw new Error(`There is no team ${teamId}.`)
    return team
  }

  return {
    async findGrant(token) {
      return gate.read(() => caches.findGrant(digest(token)))
    },
    findAccess(token) {
      return gate.read(() => {
        const grant = caches.findGrant(digest(token))
        if (grant === undefined) return undefined
        return { grant, team: existing(grant.teamId), owner: caches.findUser(grant.teamId, grant.userId) }
      })
    },
    async getTeam(teamId) {
      return gate.read(() => existing(teamId))
    },
    async findTeam(teamId) {
      return gate.read(() => caches.findTeam(teamId))
    },
    async findTeams(after, limit) {
      return gate.read(() => teams.findAfter(after ?? '', pageOf(limit)))
    },
    async findTeamsWithApps(after, limit) {
      return gate.read(() => teams.findAfterWithApps(after ?? '', pageOf(limit)))
    },
    async findUser(teamId, userId) {
      return gate.read(() => caches.findUser(teamId, userId))
    },
    async findUsers(teamId, after, limit) {
      const rows = pageOf(limit)
      return gate.read(() => (after === null ? users.findFirst(teamId, rows) : users.findAfter(teamId, after, rows)))
    },
    async hasUserToken(teamId, userId, appId) {
      return gate.read(() => caches.hasUserToken(teamId, userId, appId))
    },
    async hasTokens() {
      return gate.read(() => tokens.hasAny())
    },
    async findTokens(teamId, after, limit) {
      return gate.read(() => tokens.findAfter(teamId, after ?? '', pageOf(limit)))
    },
    async findTokensOfApp(app, after, limit) {
      return gate.read(() => tokens.findOfApp(app, after, pageOf(limit)))
    },
    async findTokensOfUser(user, limit) {
      return gate.read(() => tokens.findOfUser(user, pageOf(limit)))
    },
    async readLog(teamId, after, limit) {
      return gate.read(() => log.read(teamId, after, pageOf(limit)))
    },
    async findEntry(teamId, seq) {
      return gate.read(() => log.find(teamId, seq))
    },
    async findLast(teamId, kind, limit) {
      return gate.read(() => log.findLast(teamId, kind, pageOf(limit, LAST_ENTRIES_MAX)))
    },
    async findExpiring(dueAt, limit) {
      return gate.read(() => users.findExpiring(dueAt, pageOf(limit)))
    },
    async findNextExpiration() {
      return gate.read(() => users.findNextExpiration())
    },
    async findNote(key) {
      return gate.read(() => notes.find(key))
    },
  }
}
