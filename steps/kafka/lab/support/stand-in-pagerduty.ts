import { randomBytes } from 'node:crypto'
import type { Answered, Asked, Fault } from './stand-in.ts'

/** An alert as the events left it. */
export interface Alert {
  readonly state: 'triggered' | 'acknowledged' | 'resolved'
  readonly summary: string
  readonly severity: string
  readonly source: string
}

const SEVERITIES = ['critical', 'warning', 'error', 'info']

const json = (status: number, body: unknown): Answered => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** PagerDuty's Events API v2. */
export function pagerDuty(): {
  answer(asked: Asked): Answered
  refuse(fault: Fault): Answered | null
  alerts(): Readonly<Record<string, Alert>>
} {
  const alerts = new Map<string, Alert>()
  return {
    refuse,
    alerts: () => Object.fromEntries(alerts),
    answer({ method, path, body }) {
      if (path !== '/v2/enqueue') return json(404, { status: 'not found', message: 'Not Found' })
      if (method !== 'POST') return json(405, { status: 'method not allowed', message: 'Method Not Allowed' })
      const event = eventIn(body)
      const errors = event === null ? ['JSON body could not be parsed'] : errorsOf(event)
      if (event === null || errors.length > 0)
        return json(400, { status: 'invalid event', message: 'Event object is invalid', errors })
      const key = textOf(event['dedup_key']) || randomBytes(16).toString('hex')
      const after = follow(alerts.get(key), event)
      if (after !== undefined) alerts.set(key, after)
      return json(202, { status: 'success', message: 'Event processed', dedup_key: key })
    },
  }
}

function refuse(fault: Fault): Answered | null {
  switch (fault) {
    case 'unavailable':
      return json(503, { status: 'error', message: 'Service Unavailable' })
    case 'throttled':
      return {
        status: 429,
        headers: { 'content-type': 'application/json', 'retry-after': '1' },
        body: JSON.stringify({
          status: 'throttle exceeded',
          message: 'Requests for this service are arriving too quickly. Please retry later.',
        }),
      }
    case 'denied':
      return json(403, { status: 'forbidden', message: 'Forbidden' })
    case 'silent':
    case 'cut':
      return null
  }
}

type Event = Readonly<Record<string, unknown>>

function eventIn(body: string): Event | null {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Event) : null
  } catch {
    return null
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const payloadOf = (event: Event): Event => {
  const payload = event['payload']
  return typeof payload === 'object' && payload !== null ? (payload as Event) : {}
}

function errorsOf(event: Event): readonly string[] {
  const errors: string[] = []
  const key = textOf(event['routing_key'])
  if (key === '') errors.push("'routing_key' is missing or blank")
  else if (key.length !== 32) errors.push("Length of 'routing_key' is incorrect (should be 32 characters)")
  const action = textOf(event['event_action'])
  if (action === '') errors.push("'event_action' is missing or blank")
  else if (!['trigger', 'acknowledge', 'resolve'].includes(action))
    errors.push("'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')")
  if (textOf(event['dedup_key']).length > 255) errors.push("'dedup_key' is too long (maximum is 255 characters)")
  if (action !== 'trigger') {
    if (textOf(event['dedup_key']) === '') errors.push("'dedup_key' is missing or blank")
    return errors
  }
  const payload = payloadOf(event)
  for (const field of ['summary', 'source', 'severity'])
    if (textOf(payload[field]) === '') errors.push(`'payload.${field}' is missing or blank`)
  const severity = textOf(payload['severity'])
  if (severity !== '' && !SEVERITIES.includes(severity))
    errors.push("'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')")
  if (textOf(payload['summary']).length > 1024) errors.push("'payload.summary' is too long (maximum is 1024 characters)")
  return errors
}

/** A trigger opens an alert or adds to the open one; the other two change an open one only, and are accepted all the same. */
function follow(before: Alert | undefined, event: Event): Alert | undefined {
  const isOpen = before !== undefined && before.state !== 'resolved'
  switch (event['event_action']) {
    case 'trigger': {
      const { summary, severity, source } = payloadOf(event)
      const told = { summary: textOf(summary), severity: textOf(severity), source: textOf(source) }
      return { state: isOpen ? before.state : 'triggered', ...told }
    }
    case 'acknowledge':
      return isOpen ? { ...before, state: 'acknowledged' } : before
    default:
      return isOpen ? { ...before, state: 'resolved' } : before
  }
}
