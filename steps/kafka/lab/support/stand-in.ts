import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pagerDuty, type Alert } from './stand-in-pagerduty.ts'
import { route53, type Keys, type RecordSet } from './stand-in-route53.ts'
import { slack } from './stand-in-slack.ts'

/** Most bytes of a request that are read. */
const BODY_BYTES = 1024 * 1024

export type Service = 'slack' | 'pagerduty' | 'route53'

/** What goes wrong over there: `silent` never answers, `cut` closes the connection once it has read the request. */
export type Fault = 'unavailable' | 'throttled' | 'denied' | 'silent' | 'cut'

export interface Asked {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request that was recorded; `status` is 0 where no answer was given. */
export interface Call extends Asked {
  readonly at: string
  /** Null: an address that none of the services has. */
  readonly service: Service | null
  readonly status: number
}

export interface StandIn {
  /** `http://127.0.0.1:PORT`: the base of every service's address. */
  readonly url: string
  /** An incoming webhook's address. */
  readonly slackUrl: string
  /** Where events are sent. */
  readonly pagerDutyUrl: string
  calls(service?: Service): readonly Call[]
  /** PagerDuty's alerts by dedup key, as the events left them. */
  alerts(): Readonly<Record<string, Alert>>
  /** The record sets of a hosted zone, sorted as Route 53 lists them. */
  records(zone: string): readonly RecordSet[]
  /** The next `times` requests to a service go wrong in this way. @default until `heal` */
  fail(service: Service, fault: Fault, times?: number): void
  /** Everything is well again. */
  heal(): void
  close(): Promise<void>
}

export interface StandInOptions {
  /** @default one that is free */
  readonly port?: number
  /** Hosted zones by id. @default `ZSTANDIN0001` for lab.test */
  readonly zones?: Readonly<Record<string, string>>
  /** Where given, every Route 53 request must be signed by these; otherwise the signature's form is enough. */
  readonly keys?: Keys
  /** A change is PENDING for so long. @default 300 */
  readonly propagationMs?: number
}

interface Down {
  readonly fault: Fault
  left: number
}

/** Starts a server on loopback that answers as Slack's incoming webhooks, PagerDuty's events and Route 53 do, and records what it was asked. */
export async function startStandIn({
  port = 0,
  zones = { ZSTANDIN0001: 'lab.test' },
  keys,
  propagationMs = 300,
}: StandInOptions = {}): Promise<StandIn> {
  const services = { slack: slack(), pagerduty: pagerDuty(), route53: route53({ zones, keys, propagationMs }) }
  const calls: Call[] = []
  const down = new Map<Service, Down>()
  const fail: StandIn['fail'] = (service, fault, times = Infinity) => void down.set(service, { fault, left: times })
  const heal = (): void => down.clear()
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const asked = askedBy(request, body)
      const told = control(asked, { calls, fail, heal })
      if (told !== null) return reply(response, told)
      const service = serviceOf(asked.path)
      const fault = service === null ? null : faultNow(down, service)
      const answered =
        service === null ? NOWHERE : fault === null ? services[service].answer(asked) : services[service].refuse(fault)
      calls.push({ ...asked, at: new Date().toISOString(), service, status: answered?.status ?? 0 })
      if (answered !== null) return reply(response, answered)
      if (fault === 'cut') response.socket?.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    slackUrl: `${url}/services/T0STANDIN/B0STANDIN/standinstandinstandin000`,
    pagerDutyUrl: `${url}/v2/enqueue`,
    calls: (service) => calls.filter((call) => service === undefined || call.service === service),
    alerts: () => services.pagerduty.alerts(),
    records: (zone) => services.route53.records(zone),
    fail,
    heal,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const NOWHERE: Answered = { status: 404, headers: { 'content-type': 'text/plain' }, body: 'no such address here\n' }

function serviceOf(path: string): Service | null {
  if (path.startsWith('/services/')) return 'slack'
  if (path.startsWith('/v2/')) return 'pagerduty'
  return path.startsWith('/2013-04-01/') ? 'route53' : null
}

function faultNow(down: Map<Service, Down>, service: Service): Fault | null {
  const now = down.get(service)
  if (now === undefined || now.left <= 0) return null
  now.left -= 1
  return now.fault
}

/** For another process: `GET /stand-in/calls`, `POST /stand-in/fail/SERVICE/FAULT`, `POST /stand-in/heal`. */
function control(
  { method, path }: Asked,
  { calls, fail, heal }: { readonly calls: readonly Call[] } & Pick<StandIn, 'fail' | 'heal'>,
): Answered | null {
  const json = (value: unknown): Answered => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(value)}\n`,
  })
  if (method === 'GET' && path === '/stand-in/calls') return json(calls)
  if (method === 'POST' && path === '/stand-in/heal') {
    heal()
    return json({ ok: true })
  }
  const [, service, fault] =
    /^\/stand-in\/fail\/(slack|pagerduty|route53)\/(unavailable|throttled|denied|silent|cut)$/.exec(path) ?? []
  if (method !== 'POST' || service === undefined) return null
  fail(service as Service, fault as Fault)
  return json({ ok: true })
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length <= BODY_BYTES) chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString()
}

function askedBy({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): Asked {
  const flat = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')])
  return { method, path: url, headers: Object.fromEntries(flat) as Record<string, string>, body }
}

function reply(response: ServerResponse, { status, headers, body }: Answered): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
