import { PROGRESS_ROWS_MAX, SNAPSHOT_ROWS_MAX } from '../../src/storage/limits.ts'
import type { Store } from '../../src/storage/store.ts'
import { TEAM } from './world.ts'

/** Stores more rows than a copy is made of; nobody reads them. */
export async function fillBeyondCopies(store: Store): Promise<void> {
  const reader = 'nobody'
  const row = { reader, teamId: TEAM, seq: 1, type: 'user_change', attempts: 1, reason: 'http_error', nextAt: null }
  for (let kept = 0; kept <= SNAPSHOT_ROWS_MAX; kept += PROGRESS_ROWS_MAX) {
    const keep = Array.from({ length: PROGRESS_ROWS_MAX }, (_, index) => ({ ...row, id: `Ev${kept + index}` }))
    await store.saveProgress({ teamId: TEAM, reader, keep })
  }
}
