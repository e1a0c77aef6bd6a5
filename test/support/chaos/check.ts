import assert from 'node:assert/strict'
import { type Event, keyOf } from './event.ts'
import type { Called } from './load.ts'
import type { Entry, Stored } from './log.ts'

/** A refusal is of the caller's doing, or says that the database or the node is away. */
const REFUSALS = ['too_long', 'ratelimited', 'service_unavailable', 'ECONNREFUSED']

/** Nothing that was acknowledged is lost or doubled, nothing that was refused is there, and people are as the log says.
 * Gives how many of the calls with an unknown outcome were written. */
export function checkWrites(calls: readonly Called[], { log, people }: Stored): number {
  log.forEach(({ seq }, index) => {
    assert.equal(seq, index + 1, 'the log has a gap')
  })
  const last = new Map<string, Entry>()
  const writes = new Map<string, Entry>()
  for (const entry of log) {
    const isWrite = last.get(entry.userId)?.title !== entry.title
    if (isWrite) assert.ok(!writes.has(entry.title), `${entry.title} was written twice`)
    if (isWrite) writes.set(entry.title, entry)
    last.set(entry.userId, entry)
  }
  for (const { userId, title, statusText } of people) {
    const { title: lastTitle = '', statusText: lastText = '' } = last.get(userId) ?? {}
    assert.deepEqual([title, statusText], [lastTitle, lastText], `${userId} is not what the log says last`)
  }
  let unknownWritten = 0
  for (const { outcome, reason, value, target } of calls) {
    const write = writes.get(value)
    if (outcome === 'acknowledged') assert.equal(write?.userId, target, `${value} was acknowledged`)
    if (outcome === 'refused') assert.ok(REFUSALS.includes(reason), `${value} was refused: ${reason}`)
    if (outcome === 'refused') assert.equal(write, undefined, `${value} was refused: ${reason}`)
    if (outcome === 'unknown' && write !== undefined) unknownWritten += 1
  }
  const sent = new Set(calls.map(({ value }) => value))
  for (const title of writes.keys()) assert.ok(sent.has(title), `${title} was never sent`)
  return unknownWritten
}

/** Each status is cleared once, or replaced by another. Gives how many were cleared. */
export function checkExpiries({ log, people }: Stored): number {
  const last = new Map<string, Entry>()
  const cleared = new Set<string>()
  for (const entry of log) {
    const before = last.get(entry.userId)
    last.set(entry.userId, entry)
    if (before === undefined || before.title !== entry.title) continue
    assert.notEqual(before.statusText, '', `${entry.userId} had nothing to clear at ${entry.seq}`)
    assert.deepEqual([entry.statusText, entry.expiration], ['', 0])
    assert.ok(!cleared.has(before.statusText), `${before.statusText} was cleared twice`)
    cleared.add(before.statusText)
  }
  for (const { userId, expiration } of people) assert.equal(expiration, 0, `${userId} still has a status`)
  return cleared.size
}

/** Every entry was told, each with an id of its own, and nothing else. Gives how often something was told again. */
export function checkTold(arrived: readonly Event[], { log }: Stored, to: string): number {
  const ids = new Map<string, Set<string>>()
  for (const { key, id } of arrived) ids.set(key, (ids.get(key) ?? new Set()).add(id))
  const keys = log.map(keyOf)
  for (const key of keys) assert.ok(ids.has(key), `${key} was never told to the ${to}`)
  const known = new Set(keys)
  for (const [key, idsOfKey] of ids) {
    assert.ok(known.has(key), `${key} was told to the ${to} and never committed`)
    assert.equal(idsOfKey.size, 1, `${key} was told to the ${to} under several ids`)
  }
  return arrived.length - ids.size
}

const PASSES_MAX = 10
const WINDOW_MS = 60_000

/** Of each time that more calls than allowed passed within a minute, whose they were and when they passed. Certain ones
 * alone: the calls were sent and answered within the minute. */
export function findExceeded(calls: readonly Called[]): readonly string[] {
  const passed = new Map<string, Called[]>()
  for (const call of calls) {
    if (call.outcome !== 'acknowledged') continue
    const key = `${call.token} ${call.target}`
    passed.set(key, [...(passed.get(key) ?? []), call])
  }
  const exceeded: string[] = []
  for (const group of passed.values()) {
    group.sort((one, other) => one.sentAt - other.sentAt)
    for (let first = 0; first + PASSES_MAX < group.length; first += 1) {
      const span = group.slice(first, first + PASSES_MAX + 1)
      const from = span[0]?.sentAt ?? 0
      const to = Math.max(...span.map(({ answeredAt }) => answeredAt))
      if (to - from < WINDOW_MS) exceeded.push(`${span[0]?.token}: ${span.map(describe).join(', ')}`)
    }
  }
  return exceeded
}

function describe({ node, sentAt, answeredAt }: Called): string {
  return `${new Date(sentAt).toISOString().slice(14, 23)}+${answeredAt - sentAt} ms at ${node}`
}
