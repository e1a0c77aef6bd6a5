/** One process at a time opens the file, so limits are counted in its memory: there is nothing to make. */
export const sql = ''
