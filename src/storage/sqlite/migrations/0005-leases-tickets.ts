/** One process at a time opens the file, so leases and tickets stand in its memory: there is nothing to make. */
export const sql = ''
