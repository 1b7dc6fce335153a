import { hostname } from 'node:os'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { deliver } from '../support/deliver.ts'
import { drillMark } from '../support/drill-mark.ts'
import { fillNames } from '../support/fill-names.ts'
import { secretName } from '../support/secret-name.ts'

const input = z
  .strictObject({
    routingKey: secretName.describe('Integration key of the service, which is a secret: `$PAGERDUTY_KEY`.'),
    action: z.enum(['trigger', 'acknowledge', 'resolve']).default('trigger').describe('What to do with the alert.'),
    summary: z.string().min(1).max(1024).optional().describe('What is wrong, in one line. A trigger needs it.'),
    severity: z.enum(['critical', 'error', 'warning', 'info']).default('error').describe('How bad it is.'),
    source: z.string().min(1).optional().describe("What is affected: a host, a cluster. @default this machine's name"),
    component: z.string().min(1).optional().describe('Part of the source that is to blame.'),
    group: z.string().min(1).optional().describe('What the source belongs to.'),
    details: z.record(z.string(), z.json()).default({}).describe('More, for whoever is paged.'),
    dedupKey: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe('Names the alert: the same key is the same alert. A trigger without it uses `$RUN_ID/STEP`; the others need it.'),
    url: z
      .string()
      .regex(/^https?:\/\/\S+$/, 'Invalid input: expected an http or https address')
      .default('https://events.pagerduty.com/v2/enqueue')
      .describe('Where events are sent.'),
    tries: z.int().min(1).max(10).default(3).describe('How often at most; the key makes a second one harmless.'),
    timeoutMs: z.int().positive().default(10_000).describe('How long one try may take, in milliseconds.'),
  })
  .refine(({ action, summary }) => action !== 'trigger' || summary !== undefined, {
    path: ['summary'],
    error: 'Invalid input: expected a summary of what is triggered',
  })
  .refine(({ action, dedupKey }) => action === 'trigger' || dedupKey !== undefined, {
    path: ['dedupKey'],
    error: 'Invalid input: expected the key of the alert that was triggered, such as $RUN_ID/STEP',
  })

type Input = z.infer<typeof input>

const output = z.strictObject({
  dedupKey: z.string().describe('Key of the alert.'),
  status: z.int().describe("Status of PagerDuty's answer."),
  ms: z.int().describe('Milliseconds of the last try.'),
  tries: z.int().describe('Tries that it took.'),
})

type Output = z.infer<typeof output>

export default defineStep({
  name: 'pagerduty.event',
  summary: 'Trigger, acknowledge or resolve an alert through the PagerDuty Events API v2.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'Page whoever is on call',
      yaml: 'routingKey: $PAGERDUTY_KEY\nsummary: Failover to DR has begun\nseverity: critical\nsource: kafka-primary',
      says: 'trigger an alert in PagerDuty (critical): Failover to DR has begun',
    },
    {
      title: 'Resolve what step `page` of this run triggered',
      yaml: 'routingKey: $PAGERDUTY_KEY\naction: resolve\ndedupKey: $RUN_ID/page',
      says: 'resolve the alert $RUN_ID/page in PagerDuty',
    },
  ],
  describe: ({ action, severity, summary, dedupKey }) =>
    action === 'trigger'
      ? `trigger an alert in PagerDuty (${severity}): ${summary ?? ''}`
      : `${action} the alert ${dedupKey ?? ''} in PagerDuty`,
  byHand: (given) =>
    curlRequest({
      method: 'POST',
      url: given.url,
      headers: JSON_TYPE,
      body: JSON.stringify(eventOf(given, { key: given.routingKey, dedupKey: given.dedupKey ?? '$RUN_ID', source: '$HOSTNAME' })),
      fails: true,
    }),
  execute: async (given, tools) => send(given, given.dedupKey ?? `${tools.names['RUN_ID'] ?? ''}/${tools.step}`, tools),
  async undo(given, was, tools) {
    if (given.action !== 'trigger')
      return { status: 'failed', summary: `PagerDuty has no way back from ${given.action} but another trigger` }
    const key = (was.output as Output | undefined)?.dedupKey ?? given.dedupKey ?? `${tools.names['RUN_ID'] ?? ''}/${tools.step}`
    return send({ ...given, action: 'resolve' }, key, tools)
  },
})

const JSON_TYPE = { 'Content-Type': 'application/json' }

function eventOf(
  { action, summary, severity, component, group, details, ...given }: Input,
  { key, dedupKey, source }: { readonly key: string; readonly dedupKey: string; readonly source: string },
): Readonly<Record<string, unknown>> {
  const event = { routing_key: key, event_action: action, dedup_key: dedupKey }
  if (action !== 'trigger') return event
  return {
    ...event,
    client: 'reprise',
    payload: {
      summary,
      severity,
      source: given.source ?? source,
      ...(component === undefined ? {} : { component }),
      ...(group === undefined ? {} : { group }),
      ...(Object.keys(details).length === 0 ? {} : { custom_details: details }),
    },
  }
}

async function send(given: Input, dedupKey: string, tools: StepTools): Promise<StepOutcome<Output>> {
  const key = fillNames(given.routingKey, tools)
  if (!key.ok) return { status: 'not-started', verdict: 'unknown', summary: `PagerDuty: ${key.reason}` }
  const marked = given.summary === undefined ? given : { ...given, summary: `${drillMark(tools)}${given.summary}`.slice(0, 1024) }
  const event = eventOf(marked, { key: key.text, dedupKey, source: hostname() })
  const { done, tries, retryAfterMs } = await deliver(
    {
      method: 'POST',
      url: given.url,
      headers: JSON_TYPE,
      body: JSON.stringify(event),
      isLiteral: true,
      timeoutMs: given.timeoutMs,
    },
    { tries: given.tries, isSafeTwice: true },
    tools,
  )
  if (!done.ok)
    return {
      status: done.isSent ? 'unknown' : 'not-started',
      verdict: 'unknown',
      summary: `PagerDuty: ${done.reason}`,
      evidence: { dedupKey, ms: done.ms, tries },
    }
  const { status, body, ms } = done.response
  const result = { dedupKey, status, ms, tries }
  const evidence = { ...result, at: tools.clock.now().toISOString() }
  if (status !== 202)
    return {
      status: 'failed',
      verdict: 'fail',
      summary: `PagerDuty: status ${status}${wordsOf(body)}`,
      output: result,
      evidence,
      ...(status === 429 || status >= 500 ? { retryAfterMs: retryAfterMs ?? 1000 } : {}),
    }
  return { status: 'done', verdict: 'pass', summary: `${given.action} ${dedupKey}, in ${ms} ms`, output: result, evidence }
}

/** What is wrong with an event, in PagerDuty's words. */
function wordsOf(body: string): string {
  try {
    const { message, errors } = JSON.parse(body) as { readonly message?: unknown; readonly errors?: unknown }
    const said = [message, ...(Array.isArray(errors) ? (errors as unknown[]) : [])].filter((one) => typeof one === 'string')
    return said.length === 0 ? '' : `, ${said.join(': ').slice(0, 300)}`
  } catch {
    return ''
  }
}
