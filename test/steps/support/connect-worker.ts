import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Connector {
  config: Record<string, string>
  state: string
  /** Which partitions its tasks have, by its configuration. */
  assigned: (config: Readonly<Record<string, string>>) => string
  offsets: { readonly partition: Readonly<Record<string, unknown>>; readonly offset: unknown }[]
  /** So many looks at its offsets come before what was written is read. */
  late: number
}

/** A Connect worker that keeps configurations, states and offsets, and runs nothing. */
export async function connectWorker(given: Readonly<Record<string, Partial<Connector>>>) {
  const connectors = new Map<string, Connector>(
    Object.entries(given).map(([name, one]) => [
      name,
      { config: {}, state: 'RUNNING', assigned: () => '', offsets: [], late: 0, ...one },
    ]),
  )
  /** What it was told to change. */
  const changes: string[] = []
  const act = (method: string, path: string, json: any): { readonly status: number; readonly body?: unknown } => {
    const [, , name = '', rest = ''] = path.split('/').map(decodeURIComponent)
    if (method !== 'GET') changes.push(`${method} ${path}`)
    if (method === 'POST') {
      connectors.set(json.name, { config: json.config, state: json.initial_state, assigned: () => '', offsets: [], late: 0 })
      return { status: 201, body: {} }
    }
    if (path === '/') return { status: 200, body: { version: '4.3.1' } }
    const one = connectors.get(name)
    if (one === undefined) return { status: 404, body: { message: 'not there' } }
    const tasks = one.state === 'STOPPED' ? [] : [{ id: 0, state: one.state }]
    switch (`${method} ${rest}`) {
      case 'GET config':
        return { status: 200, body: one.config }
      case 'GET status':
        return { status: 200, body: { name, connector: { state: one.state }, tasks } }
      case 'GET tasks':
        return {
          status: 200,
          body: one.state === 'STOPPED' ? [] : [{ config: { 'task.assigned.partitions': one.assigned(one.config) } }],
        }
      case 'PATCH config':
        for (const [key, value] of Object.entries(json as Record<string, string | null>))
          if (value === null) delete one.config[key]
          else one.config[key] = value
        return { status: 200, body: one.config }
      case 'GET offsets':
        return {
          status: 200,
          body: { offsets: changes.some((said) => said.startsWith('PATCH')) && one.late-- > 0 ? [] : one.offsets },
        }
      case 'PATCH offsets':
        one.offsets = [...one.offsets, ...json.offsets]
        return { status: 200, body: {} }
      case 'PUT config':
        one.config = json
        return { status: 200, body: {} }
      case 'DELETE ':
        connectors.delete(name)
        return { status: 204 }
      default:
        return { status: 405, body: { message: `${method} ${path}` } }
    }
  }
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString()))
    request.on('end', () => {
      const { status, body } = act(request.method ?? '', request.url ?? '', text === '' ? null : JSON.parse(text))
      response.writeHead(status, { 'content-type': 'application/json' }).end(body === undefined ? '' : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connectors,
    changes,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
