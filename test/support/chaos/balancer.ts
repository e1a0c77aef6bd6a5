import type { RunningProgram } from '../process.ts'

/** A node's place behind a load balancer: the process in it changes, the place stays. */
export interface Slot {
  readonly name: string
  node: RunningProgram
  /** Whether it answered when it was asked last. */
  isUp: boolean
}

export interface Balancer {
  /** The next one that is up, in turns; any of them where none is. */
  next(): Slot
  stop(): Promise<void>
}

const ASK_EVERY_MS = 100
const ASK_TIMEOUT_MS = 1000

/** Asks each node again and again whether it serves, as load balancers do. */
export function startBalancer(slots: readonly Slot[]): Balancer {
  let isRunning = true
  let turn = 0
  const asking = slots.map(async (slot) => {
    while (isRunning) {
      const { node } = slot
      const isUp = await isServing(node)
      if (slot.node === node) slot.isUp = isUp
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
    }
  })
  return {
    next: () => {
      turn += 1
      const up = slots.filter(({ isUp }) => isUp)
      const among = up.length > 0 ? up : slots
      return among[turn % among.length] as Slot
    },
    stop: async () => {
      isRunning = false
      await Promise.all(asking)
    },
  }
}

async function isServing({ url }: RunningProgram): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) })
    await answer.text()
    return answer.ok
  } catch {
    return false
  }
}
