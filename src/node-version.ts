/** Why this Node cannot run the program, or nothing where it can. */
export function refusalOfNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 12)) return undefined
  return `Nametag needs Node 22.12 or newer, and this is Node ${version}.`
}
