import type { TestContext } from 'node:test'
import { MovableClock } from '../../src/clock.ts'
import type { TeamId } from '../../src/domain/ids.ts'
import { BEAT_MS } from '../../src/nodes/life.ts'
import { createNode, type Node } from '../../src/nodes/node.ts'
import type { Held, Work } from '../../src/nodes/work.ts'
import type { Leases } from '../../src/storage/leases.ts'
import { openLeases } from '../../src/storage/sqlite/leases.ts'

const TEAM = 'T0COFFEE1' as TeamId

/** A store in this process, with a time of its own, that several nodes share. */
export class SharedLeases {
  /** What a call to the store does before it is answered; rejects where the store is away. */
  answering: () => Promise<void> = async () => {}
  #now = 0
  readonly leases: Leases
  readonly isShared: boolean

  constructor({ isShared = true, hasBell = false } = {}) {
    const kept = openLeases(() => this.#now)
    const before =
      <Values extends unknown[], Result>(call: (...values: Values) => Promise<Result>) =>
      async (...values: Values) => {
        await this.answering()
        return call(...values)
      }
    this.isShared = isShared
    this.leases = {
      begin: before(kept.begin),
      renew: before(kept.renew),
      take: before(kept.take),
      giveBack: before(kept.giveBack),
      end: before(kept.end),
      onFreed: hasBell ? kept.onFreed : () => () => {},
    }
  }

  pass(ms: number): void {
    this.#now += ms
  }
}

interface TestNode {
  readonly node: Node
  readonly clock: MovableClock
  readonly told: string[]
}

export async function aNode(t: TestContext, store: SharedLeases): Promise<TestNode> {
  const clock = new MovableClock()
  clock.setFrozen(true)
  const told: string[] = []
  const note = (_fields: object, message: string) => void told.push(message)
  const node = createNode({ store, clock, log: { info: note, warn: note } })
  await node.start()
  t.after(() => {
    store.answering = async () => {}
    return node.stop()
  })
  return { node, clock, told }
}

/** Second by second, for the store and for those nodes that do not stand still; each takes what it finds. */
export async function pass(ms: number, store: SharedLeases, nodes: readonly TestNode[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += BEAT_MS) {
    store.pass(BEAT_MS)
    await Promise.all(nodes.map((node) => move(node, BEAT_MS)))
    await lookTwice(nodes)
  }
}

/** Moves a node's clock, and waits for its sign of life; the store in this process answers within a turn. */
export async function move({ clock }: TestNode, ms: number): Promise<void> {
  await clock.moveTo(clock.now() + ms)
  await nextTurn()
}

export const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** What one gives back in its look, another finds in the next. */
async function lookTwice(nodes: readonly TestNode[]): Promise<void> {
  for (let round = 0; round < 2; round++) {
    for (const { node } of nodes) await node.look().catch(() => undefined)
    await nextTurn()
  }
}

export interface TestWork extends Work {
  readonly steps: string[]
  held: Held | undefined
  /** What `finish` waits for. */
  finishing: Promise<void>
  beginning: () => Promise<void>
}

export function aWork(name: string, spread = true): TestWork {
  const work: TestWork = {
    teamId: TEAM,
    name,
    spread,
    steps: [],
    held: undefined,
    finishing: Promise.resolve(),
    beginning: async () => {},
    async begin(held) {
      await work.beginning()
      work.held = held
      work.steps.push('begin')
    },
    async finish() {
      await work.finishing
      work.held = undefined
      work.steps.push('finish')
    },
    async abandon() {
      work.held = undefined
      work.steps.push('abandon')
    },
  }
  return work
}

/** The same works, wanted by each of the nodes. */
export function wantAll(nodes: readonly TestNode[], names: readonly string[]): TestWork[][] {
  return nodes.map(({ node }) => {
    const works = names.map((name) => aWork(name))
    for (const work of works) node.want(work)
    return works
  })
}

export const namesOf = (works: readonly TestWork[]) =>
  works.filter(({ held }) => held?.isValid()).map(({ name }) => name)

export const NAMES = Array.from({ length: 100 }, (_, index) => `app:${index}`)
