/** Which of the nodes is to do a piece of work, as each of them finds for itself: with the same list, all find the same,
 * work is spread evenly, and a node that comes or goes moves no more than its own share (rendezvous hashing). */
export function chooseNode(nodeIds: readonly string[], work: string): string | undefined {
  const workHash = hashOf(work)
  let chosen: string | undefined
  let highest = -1
  for (const nodeId of nodeIds) {
    const weight = mix(workHash ^ hashOf(nodeId))
    if (weight > highest || (weight === highest && chosen !== undefined && nodeId < chosen)) {
      chosen = nodeId
      highest = weight
    }
  }
  return chosen
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

/** The finish of MurmurHash3: every bit of the input moves every bit of the output. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
