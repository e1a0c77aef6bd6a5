/** Whether a host that is listened on or connected to is this machine: by an address of it, or by the name that is no
 * other's. A name that only begins like an address, such as `127.example.com`, may be anybody's. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
