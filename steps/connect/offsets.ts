import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepOutcome, StepTools } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { readMarker } from '../support/read-marker.ts'
import { notObeyed } from './support/not-obeyed.ts'
import { ask, connectorPath, type Deadline, deadlineIn, type Said, workerFields } from './support/rest.ts'
import { lookAt, stateText } from './support/state.ts'

const offset = z.strictObject({
  partition: z
    .record(z.string(), z.union([z.string(), z.int()]))
    .describe('What the connector calls a partition: `{cluster: primary, topic: orders, partition: 0}` for MirrorMaker 2.'),
  offset: z
    .record(z.string(), z.union([z.string(), z.int()]))
    .nullable()
    .describe('`{offset: 1234}`: the last record that counts as copied; `null` forgets it.'),
})

const input = z
  .strictObject({
    ...workerFields,
    connector: z.string().min(1).describe('Name of the connector; it must be STOPPED.'),
    offsets: z.array(offset).min(1).optional().describe('Offsets that are set; others stay.'),
    marker: z
      .string()
      .min(1)
      .optional()
      .describe('Or the file of a `kafka.cutover-marker`: all before its ends counts as copied, by MirrorMaker 2.'),
    topics: z.array(z.string().min(1)).min(1).optional().describe('Topics of the marker. @default all of it'),
    alias: z.string().min(1).optional().describe('What MirrorMaker 2 calls the cluster that it copies, beside `marker`.'),
  })
  .refine(
    ({ offsets, marker, alias }) =>
      (offsets === undefined) !== (marker === undefined) && (marker === undefined) === (alias === undefined),
    'Invalid input: expected offsets, or marker and alias',
  )

type Input = z.infer<typeof input>
type Offset = z.infer<typeof offset>

const output = z.strictObject({
  set: z.int().describe('Partitions whose offset is now as asked.'),
  changed: z.int().describe('Those that were different before.'),
})

/** How long offsets that were written may take until they are read back, and how often that is looked at. */
const READ_BACK_MS = 10_000
const EVERY_MS = 250

const answer = z.object({ offsets: z.array(offset) })

interface How {
  readonly deadline: Deadline
  readonly tools: StepTools
}

export default defineStep({
  name: 'connect.offsets',
  summary: 'Set source offsets of a stopped Kafka Connect connector, so that it goes on from there.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'Let MirrorMaker 2 go on after record 1234',
      yaml: [
        'url: http://connect.dr.example:8083',
        'connector: mm2-source',
        'offsets:',
        '  - partition: {cluster: primary, topic: orders, partition: 0}',
        '    offset: {offset: 1234}',
      ].join('\n'),
      says: 'set 1 offset of mm2-source of http://connect.dr.example:8083: orders-0 1234',
    },
    {
      title: 'Forget two partitions',
      yaml: [
        'url: http://127.0.0.1:8083',
        'connector: files',
        'offsets:',
        '  - {partition: {filename: a.txt}, offset: null}',
        '  - {partition: {filename: b.txt}, offset: null}',
      ].join('\n'),
      says: 'set 2 offsets of files of http://127.0.0.1:8083: {"filename":"a.txt"} none, {"filename":"b.txt"} none',
    },
    {
      title: 'Let the way back begin where the DR cluster ended at the failover',
      yaml: 'url: http://connect.dr.example:8083\nconnector: mm2-back-source\nmarker: failover/dr.json\nalias: dr\ntopics: [orders]',
      says: 'set the offsets of mm2-back-source of http://connect.dr.example:8083: orders of dr up to failover/dr.json',
    },
  ],
  describe: ({ url, connector, offsets, marker, alias, topics }) => {
    if (offsets === undefined)
      return `set the offsets of ${connector} of ${url}: ${topics?.join(', ') ?? 'all topics'} of ${alias} up to ${marker}`
    const shown = offsets.slice(0, 6).map(offsetText).join(', ')
    const more = offsets.length > 6 ? ` and ${offsets.length - 6} more` : ''
    return `set ${offsets.length} offset${offsets.length === 1 ? '' : 's'} of ${connector} of ${url}: ${shown}${more}`
  },
  byHand: ({ url, headers, connector, offsets = [], marker, alias }) =>
    `${marker === undefined ? '' : `# each of ${JSON.stringify(marker)}: {"partition": {"cluster": "${alias}", "topic": …, "partition": …}, "offset": {"offset": its end - 1}}\n`}${curlRequest(
      {
        method: 'PATCH',
        url: `${url.replace(/\/+$/, '')}${connectorPath(connector, '/offsets')}`,
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify({ offsets }),
        fails: true,
      },
    )}`,
  async check(given, tools) {
    const asked = wantedOf(given, tools)
    if (!asked.ok) return { status: 'unknown', summary: asked.reason }
    const { wanted } = asked
    const read = await readOffsets(given, { deadline: deadlineIn(given.timeoutMs), tools })
    if (!read.ok) return { status: 'unknown', summary: read.reason }
    const wrong = wanted.filter((one) => !isSame(read.now(one.partition), one.offset))
    const before = wanted.map(({ partition }) => ({ partition, offset: read.now(partition) }))
    const summary = wrong.length === 0 ? 'every offset is as asked' : `${wrong.length} of ${wanted.length} offsets differ`
    return { status: wrong.length === 0 ? 'done' : 'needed', summary, before: before as unknown as Json }
  },
  async execute(given, tools) {
    const asked = wantedOf(given, tools)
    return asked.ok
      ? set(given, { wanted: asked.wanted, tools })
      : { status: 'not-started', verdict: 'fail', summary: asked.reason }
  },
  async undo(given, { before }, tools) {
    const known = z.array(offset).safeParse(before)
    if (!known.success) return { status: 'failed', summary: `the offsets that ${given.connector} had before are not known` }
    return set(given, { wanted: known.data, tools })
  },
})

/** The offsets that are asked for, written out or by a marker: the last record that counts as copied, or none. */
function wantedOf(
  { offsets, marker, alias = '', topics }: Input,
  { root }: Pick<StepTools, 'root'>,
): { readonly ok: true; readonly wanted: readonly Offset[] } | { readonly ok: false; readonly reason: string } {
  if (offsets !== undefined) return { ok: true, wanted: offsets }
  const read = readMarker(marker ?? '', { root, topics })
  if (!read.ok) return read
  const wanted = read.ends.map(({ topic, partition, end }) => ({
    partition: { cluster: alias, topic, partition },
    offset: end === 0 ? null : { offset: end - 1 },
  }))
  return { ok: true, wanted }
}

/** Sets offsets and reads them back: the worker accepts unknown partitions without a word. */
async function set(
  given: Input,
  { wanted, tools }: { readonly wanted: readonly Offset[]; readonly tools: StepTools },
): Promise<StepOutcome<z.infer<typeof output>>> {
  const how = { deadline: deadlineIn(given.timeoutMs), tools }
  const looked = await lookAt(given, given.connector, how)
  if (!looked.ok) return { ...notObeyed(looked), status: 'not-started' }
  if (looked.connector === null) return { status: 'not-started', verdict: 'fail', summary: `${given.connector} is not there` }
  if (looked.connector.state !== 'STOPPED')
    return {
      status: 'not-started',
      verdict: 'fail',
      summary: `${given.connector} is ${stateText(looked.connector)}: offsets are set while it is STOPPED`,
    }
  const before = await readOffsets(given, how)
  if (!before.ok) return { ...notObeyed(before), status: 'not-started' }
  const changed = wanted.filter((one) => !isSame(before.now(one.partition), one.offset))
  const evidence = {
    url: given.url,
    connector: given.connector,
    before: changed.map(({ partition }) => ({ partition, offset: before.now(partition) })),
    set: changed,
  }
  if (changed.length > 0) {
    const said = await ask(
      given,
      { method: 'PATCH', path: connectorPath(given.connector, '/offsets'), json: { offsets: changed } },
      how,
    )
    if (!said.ok) return { ...notObeyed(said), evidence: evidence as unknown as Json }
  }
  const after = await readBack(given, { wanted, how })
  if (!after.ok) return { ...notObeyed(after), status: 'unknown', evidence: evidence as unknown as Json }
  const { left } = after
  const counts = { set: wanted.length - left.length, changed: changed.length }
  if (left.length > 0)
    return {
      status: 'failed',
      verdict: 'fail',
      summary: `not as asked: ${left.map(offsetText).join(', ')}`,
      output: counts,
      evidence: evidence as unknown as Json,
    }
  return {
    status: 'done',
    verdict: 'pass',
    summary: `${counts.set} as asked, ${counts.changed} changed`,
    output: counts,
    evidence: evidence as unknown as Json,
  }
}

/** Those that are not as asked. A worker answers before it has read what it has written: a difference is looked at for a while. */
async function readBack(
  given: Input,
  { wanted, how }: { readonly wanted: readonly Offset[]; readonly how: How },
): Promise<{ readonly ok: true; readonly left: readonly Offset[] } | (Said & { readonly ok: false })> {
  const end = Math.min(how.deadline.leftMs(), READ_BACK_MS)
  const began = performance.now()
  for (;;) {
    const after = await readOffsets(given, how)
    if (!after.ok) return after
    const left = wanted.filter((one) => !isSame(after.now(one.partition), one.offset))
    if (left.length === 0 || performance.now() - began + EVERY_MS > end || how.tools.signal.aborted) return { ok: true, left }
    await how.tools.clock.sleep(EVERY_MS)
  }
}

type Read =
  | { readonly ok: true; readonly now: (partition: Offset['partition']) => Offset['offset'] }
  | (Said & { readonly ok: false })

async function readOffsets(given: Input, how: How): Promise<Read> {
  const said = await ask(given, { method: 'GET', path: connectorPath(given.connector, '/offsets') }, how)
  if (!said.ok) return said
  const read = answer.safeParse(said.json)
  if (!read.success)
    return {
      ok: false,
      why: 'unreachable',
      isSent: true,
      reason: `the offsets of ${given.connector} are not ones that Connect gives`,
    }
  const known = new Map(read.data.offsets.map((one) => [keyOf(one.partition), one.offset]))
  return { ok: true, now: (partition) => known.get(keyOf(partition)) ?? null }
}

/** The same partition whatever the order of its fields. */
const keyOf = (fields: Readonly<Record<string, string | number>>): string =>
  JSON.stringify(Object.entries(fields).toSorted(([one], [other]) => (one < other ? -1 : 1)))

const isSame = (one: Offset['offset'], other: Offset['offset']): boolean =>
  one === null || other === null ? one === other : keyOf(one) === keyOf(other)

function offsetText({ partition, offset: given }: Offset): string {
  const { topic, partition: number } = partition
  const where = topic !== undefined && number !== undefined ? `${topic}-${number}` : JSON.stringify(partition)
  return `${where} ${given === null ? 'none' : (given['offset'] ?? JSON.stringify(given))}`
}
