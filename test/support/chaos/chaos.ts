import assert from 'node:assert/strict'
import { type Cluster, startCluster } from '../cluster.ts'
import { until } from '../process.ts'
import { randomFrom } from '../random.ts'
import { type Nodes, prepareNodes } from '../served-nodes.ts'
import type { Cleanup } from '../server.ts'
import { startSubscriber } from '../subscriber.ts'
import { type Slot, startBalancer } from './balancer.ts'
import { checkExpiries, checkTold, checkWrites, findExceeded } from './check.ts'
import { type Event, eventOf } from './event.ts'
import { EAGER, type Load, startLoad } from './load.ts'
import { readStored } from './log.ts'
import { type SocketListener, startSocketListener } from './socket-listener.ts'

export const MISFORTUNES = ['a node is killed', 'the primary is killed', 'a node stands still'] as const
export type Misfortune = (typeof MISFORTUNES)[number]

export interface ChaosOptions {
  /** What happens, one after the other. */
  readonly rounds: readonly Misfortune[]
  readonly seed: number
  readonly people: number
  readonly callsPerSecond: number
  /** How long a node stands still: longer than its leases hold. */
  readonly standMs: number
  /** Calls that have to be acknowledged between two misfortunes. */
  readonly calmCalls: number
  readonly tell: (line: string) => void
}

interface Scene {
  readonly cluster: Cluster
  readonly nodes: Nodes
  readonly slots: readonly Slot[]
  readonly load: Load
  readonly random: () => number
  readonly options: ChaosOptions
}

/** Two nodes and a primary with its standby under load, a webhook and a Socket Mode client, and one misfortune after the
 * other. Rejects where a promise was broken. */
export async function runChaos(t: Cleanup, options: ChaosOptions): Promise<void> {
  const { people, seed, rounds, tell, callsPerSecond } = options
  const cluster = await startCluster()
  t.after(() => cluster.stop())
  const databaseUrl = await cluster.createDatabase()
  const told: Event[] = []
  const subscriber = await startSubscriber(t, (response, arrived) => {
    // Now and then it fails, and takes the event when it comes again.
    const isTaken = arrived.headers['x-slack-retry-num'] !== undefined || told.length % 50 !== 7
    told.push(eventOf(arrived.json))
    response.writeHead(isTaken ? 200 : 500).end()
  })
  const nodes = prepareNodes(t, {
    databaseUrl,
    people: people + EAGER,
    requestUrl: subscriber.url,
    socketMode: true,
  })
  const slots: Slot[] = []
  for (const name of ['one', 'two']) slots.push({ name, node: await nodes.start(), isUp: true })
  const random = randomFrom(seed)
  const balancer = startBalancer(slots)
  const listener = startSocketListener(balancer)
  const load = startLoad({ balancer, random, people, callsPerSecond })
  const scene: Scene = { cluster, nodes, slots, load, random, options }
  try {
    await calm(scene)
    for (const [index, misfortune] of rounds.entries()) await play(scene, index + 1, misfortune)
  } finally {
    await load.stop()
    await untilTold(cluster, databaseUrl, told, listener).catch((error: Error) => tell(`${error.message}`))
    await listener.stop()
    await balancer.stop()
  }
  await report(scene, databaseUrl, told, listener)
  for (const { node } of slots) assert.deepEqual(await node.stop(), { code: 0, signal: null })
}

async function play(scene: Scene, round: number, misfortune: Misfortune): Promise<void> {
  const { load, options } = scene
  const begin = Date.now()
  const before = load.calls.length
  await STEPS[misfortune](scene)
  await calm(scene)
  const calls = load.calls.slice(before)
  const acknowledged = calls.filter(({ outcome, answeredAt }) => outcome === 'acknowledged' && answeredAt > begin)
  const count = (outcome: string) => calls.filter((call) => call.outcome === outcome).length
  options.tell(
    `round ${round}: ${misfortune}; ${acknowledged.length} acknowledged, ${count('refused')} refused, ` +
      `${count('unknown')} unknown, nobody acknowledged for ${longestGap(acknowledged, begin)} ms at the longest`,
  )
}

function longestGap(calls: readonly { readonly answeredAt: number }[], begin: number): number {
  let gap = 0
  let last = begin
  for (const { answeredAt } of [...calls].sort((one, other) => one.answeredAt - other.answeredAt)) {
    gap = Math.max(gap, answeredAt - last)
    last = answeredAt
  }
  return gap
}

const STEPS: Readonly<Record<Misfortune, (scene: Scene) => Promise<void>>> = {
  'a node is killed': async ({ nodes, slots, random }) => {
    const slot = pick(slots, random)
    await slot.node.stop('SIGKILL')
    slot.node = await nodes.start()
  },
  'the primary is killed': async ({ cluster }) => {
    await cluster.killPrimary()
    await cluster.promote()
    await cluster.addStandby()
  },
  'a node stands still': async ({ slots, random, options }) => {
    const { node } = pick(slots, random)
    process.kill(node.pid, 'SIGSTOP')
    try {
      await new Promise((resolve) => setTimeout(resolve, options.standMs))
    } finally {
      process.kill(node.pid, 'SIGCONT')
    }
  },
}

function pick(slots: readonly Slot[], random: () => number): Slot {
  return slots[Math.floor(random() * slots.length)] as Slot
}

const CALM_MS_MAX = 120_000

/** Both nodes are up, and each has acknowledged some calls. */
async function calm({ slots, load, options }: Scene): Promise<void> {
  const before = load.calls.length
  const look = () => {
    const calls = load.calls.slice(before).filter(({ outcome }) => outcome === 'acknowledged')
    const isCalm = slots.every(
      ({ name, isUp }) => isUp && calls.filter(({ node }) => node === name).length * 2 >= options.calmCalls,
    )
    return isCalm ? true : undefined
  }
  const complain = () => {
    const about = slots.map(
      ({ name, isUp, node }) => `${name} is ${isUp ? '' : 'not '}up\n${node.stderr().slice(-2000)}`,
    )
    return `There is no calm: ${about.join('\n')}`
  }
  await until(look, complain, CALM_MS_MAX)
}

const TOLD_MS_MAX = 120_000

/** Every status has expired, and every entry has been told. */
async function untilTold(
  cluster: Cluster,
  databaseUrl: string,
  told: readonly Event[],
  { arrived }: SocketListener,
): Promise<void> {
  const database = new URL(databaseUrl).pathname.slice(1)
  const look = async () => {
    const [row] = await cluster.query(OUTSTANDING, database)
    const entries = Number(row?.entries)
    const isDone = Number(row?.expiring) === 0 && distinct(told) >= entries && distinct(arrived) >= entries
    return isDone ? true : undefined
  }
  await until(look, () => 'Not everything was told, or a status is not cleared.', TOLD_MS_MAX)
}

const OUTSTANDING = `
  select
    (select count(*) from users where status_expiration > 0) as expiring,
    (select count(*) from log where kind = 'user') as entries`

function distinct(events: readonly Event[]): number {
  return new Set(events.map(({ key }) => key)).size
}

async function report(
  { load, options }: Scene,
  databaseUrl: string,
  told: readonly Event[],
  listener: SocketListener,
): Promise<void> {
  const { tell } = options
  const stored = await readStored(databaseUrl)
  const unknownWritten = checkWrites(load.calls, stored)
  const cleared = checkExpiries(stored)
  const toldAgain = checkTold(told, stored, 'webhook')
  const toldAgainBySocket = checkTold(listener.arrived, stored, 'socket')
  const exceeded = findExceeded(load.calls)
  const of = (outcome: string) => load.calls.filter((call) => call.outcome === outcome)
  const reasons = new Map<string, number>()
  for (const { reason } of [...of('refused'), ...of('unknown')]) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  tell(`${of('acknowledged').length} writes acknowledged, none lost; ${of('refused').length} refused, none written`)
  tell(`${of('unknown').length} with an unknown outcome, ${unknownWritten} of them written`)
  tell(`refused or unknown because of: ${[...reasons].map(([reason, count]) => `${reason} ${count}`).join(', ')}`)
  tell(
    `${stored.log.length} entries, each told to the webhook (${toldAgain} again) and to Socket Mode (${toldAgainBySocket} again, over ${listener.connections()} connections)`,
  )
  tell(`${cleared} statuses cleared, each once`)
  tell(`windows exceeded: ${exceeded.length}`)
  assert.deepEqual(exceeded, [], 'more calls passed than the limits allow')
}
