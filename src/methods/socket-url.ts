/** The address of a WebSocket on this server: as secure as its public one. */
export function socketUrl(publicUrl: string, path: string): string {
  return `${publicUrl.replace(/^http/, 'ws')}${path}`
}
