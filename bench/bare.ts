import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The yardstick: Node's own server that reads each request and sends fixed bytes, the same that the real one sends.
 * argv: a file with `{ headers: string[], body: string }`. */
const { readFileSync } = await import('node:fs')
const { headers, body } = JSON.parse(readFileSync(String(process.argv[2]), 'utf8')) as {
  headers: string[]
  body: string
}

const server = createServer((request, response) => {
  request.on('data', () => undefined)
  request.on('end', () => {
    response.writeHead(200, headers)
    response.end(body)
  })
})
server.keepAliveTimeout = 72_000
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pid: process.pid }))
})
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }))
process.on('SIGTERM', () => process.exit(0))
