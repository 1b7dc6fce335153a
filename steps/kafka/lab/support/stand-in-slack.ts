import type { Answered, Asked, Fault } from './stand-in.ts'

/** Slack takes at most so many blocks in a message. */
const BLOCKS = 50

const text = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answered => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body,
})

/** Slack's incoming webhooks: plain words as answers, never JSON. */
export function slack(): { answer(asked: Asked): Answered; refuse(fault: Fault): Answered | null } {
  return { answer, refuse }
}

function refuse(fault: Fault): Answered | null {
  switch (fault) {
    case 'unavailable':
      return text(503, 'service_unavailable')
    case 'throttled':
      return text(429, 'rate_limited', { 'retry-after': '1' })
    case 'denied':
      return text(403, 'action_prohibited')
    case 'silent':
    case 'cut':
      return null
  }
}

function answer({ method, path, headers, body }: Asked): Answered {
  if (method !== 'POST') return text(400, 'invalid_payload')
  if (!/^\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]{24}$/.test(path)) return text(404, 'no_service')
  const message = messageIn(body, headers['content-type'] ?? '')
  if (message === null) return text(400, 'invalid_payload')
  const blocks = message['blocks']
  if (blocks !== undefined && !isBlocks(blocks)) return text(400, 'invalid_blocks')
  const hasText = typeof message['text'] === 'string' && message['text'] !== ''
  const hasMore = blocks !== undefined || Array.isArray(message['attachments'])
  return hasText || hasMore ? text(200, 'ok') : text(400, 'no_text')
}

function isBlocks(blocks: unknown): boolean {
  return (
    Array.isArray(blocks) &&
    blocks.length <= BLOCKS &&
    blocks.every((block: unknown) => typeof block === 'object' && block !== null && 'type' in block)
  )
}

/** A JSON object, or a form whose field `payload` holds one. */
function messageIn(body: string, contentType: string): Readonly<Record<string, unknown>> | null {
  const isForm = contentType.startsWith('application/x-www-form-urlencoded')
  const json = isForm ? (new URLSearchParams(body).get('payload') ?? '') : body
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
