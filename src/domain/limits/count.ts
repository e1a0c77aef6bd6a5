/** What one call is counted under. All calls that are counted in one window take from one and the same bucket, or none of
 * them takes from any. */
export type Count = BucketCount | CallsCount | DistinctCount

interface CountKey {
  /** Empty where a call has no token. All counts of a call are of one team. */
  readonly teamId: string
  /** Nobody else's: it holds the team, too. */
  readonly key: string
}

/** A bucket that holds one minute's worth, and fills evenly. */
export interface BucketCount extends CountKey {
  readonly kind: 'bucket'
  readonly perMinute: number
}

/** So many calls in any sixty seconds. */
export interface CallsCount extends CountKey {
  readonly kind: 'calls'
  /** What the key begins with, or all of it. Windows of one holder are kept in one place, and so are the bucket and the
   * members that have this for their key. */
  readonly holder: string
  readonly max: number
}

/** So many different members in any sixty seconds. */
export interface DistinctCount extends CountKey {
  readonly kind: 'distinct'
  readonly member: string
  readonly max: number
}
