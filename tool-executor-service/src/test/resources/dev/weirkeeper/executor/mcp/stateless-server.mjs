// A server of the stateless protocol (2026-07-28) only, made with the protocol's own SDK.
//   node stateless-server.mjs            on standard streams
//   node stateless-server.mjs PORT       by HTTP
import { createServer } from 'node:http'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

function make () {
  const server = new McpServer({ name: 'stateless', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.registerTool(
    'greet',
    {
      description: 'Greets somebody',
      inputSchema: z.object({ name: z.string() }),
      annotations: { readOnlyHint: true }
    },
    async ({ name }) => ({ content: [{ type: 'text', text: `Hello ${name}` }] })
  )
  server.registerTool(
    'fail',
    { description: 'Fails', inputSchema: z.object({}) },
    async () => ({ isError: true, content: [{ type: 'text', text: 'no such thing' }] })
  )
  server.registerTool(
    'slow',
    { description: 'Takes its time', inputSchema: z.object({}), annotations: { readOnlyHint: true } },
    async (_, context) => {
      await new Promise((resolve, reject) => {
        setTimeout(resolve, 60_000)
        context.mcpReq.signal.addEventListener('abort', () => reject(new Error('cancelled')))
      })
      return { content: [{ type: 'text', text: 'done' }] }
    }
  )
  return server
}

const port = process.argv[2]
if (port) {
  const handler = createMcpHandler(make, { legacy: 'reject' })
  createServer(async (incoming, outgoing) => {
    const chunks = []
    for await (const chunk of incoming) chunks.push(chunk)
    const headers = new Headers()
    for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value))
    const body = ['GET', 'HEAD'].includes(incoming.method) ? undefined : Buffer.concat(chunks)
    const response = await handler.fetch(
      new Request(`http://localhost:${port}${incoming.url}`, { method: incoming.method, headers, body })
    )
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    if (response.body) for await (const chunk of response.body) outgoing.write(chunk)
    outgoing.end()
  }).listen(Number(port), '127.0.0.1')
} else {
  serveStdio(make, { legacy: 'reject' })
}
