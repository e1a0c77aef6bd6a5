import { isRefusal } from '../domain/errors.ts'
import type { Store } from '../storage/store.ts'
import { authenticate, type Caller, endOf } from './authenticate.ts'
import { authorize, closedTo } from './authorize.ts'
import type { Method } from './method.ts'
import type { Admission, SocketPass } from './sockets.ts'

export interface AdmissionParts {
  readonly store: Store
  readonly methods: ReadonlyMap<string, Method>
  /** Unix milliseconds. */
  readonly clock: { now(): number }
}

/** A workspace token acts as whom each single call names, so it never passes. */
export function createAdmission({ store, methods, clock }: AdmissionParts): Admission {
  return {
    async admit({ kind, method: name, token, ip }: SocketPass) {
      const method = methods.get(name)
      // The ticket is of a node that has a method more than this one.
      if (method === undefined) return undefined
      const caller = await authenticate(store, token, { headers: {} }, clock.now())
      if (isRefusal(caller)) return undefined
      if (closedTo(caller, ip, method) !== undefined || authorize(caller, method) !== undefined) return undefined
      return kind === 'rtm' || hasSocketMode(caller) ? caller.grant : undefined
    },
    async hasEnded({ token }) {
      const grant = await store.findGrant(token)
      return grant === undefined || endOf(grant, clock.now()) !== undefined
    },
  }
}

function hasSocketMode({ grant, team }: Caller): boolean {
  return grant.appId !== null && team.apps.get(grant.appId)?.socketMode === true
}
