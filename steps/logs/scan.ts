import { resolve } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { listOf } from '../support/address.ts'
import { shellWord, single } from '../support/shell-word.ts'
import { spanText } from '../support/threshold.ts'
import { readCursor, writeCursor } from './support/cursor.ts'
import type { Cursor } from './support/cursor.ts'
import { findingsOf, judge, patternInput, ready, regex, ruleOf, SEVERITIES } from './support/findings.ts'
import { beginsWithTime } from './support/line-time.ts'
import { scanLog } from './support/scan-log.ts'
import type { ScannedLog } from './support/scan-log.ts'

const file = z.string().min(1)
const patterns = z.array(patternInput).default([])

const input = z
  .strictObject({
    files: z
      .union([file, z.array(file).min(1)])
      .describe(
        'Logs by the names that they are written under; the files that rotation made of them, packed or not, are found beside them.',
      ),
    patterns: z
      .strictObject({
        critical: patterns.describe('A line with one of these is a failure.'),
        warning: patterns.describe('A line with one of these is a warning.'),
        info: patterns.describe('Lines with one of these are counted.'),
      })
      .describe('What is looked for, by severity.'),
    ignore: z.array(regex).default([]).describe('Lines with one of these never count.'),
    cursor: file
      .optional()
      .describe(
        'File that keeps how far each log was read, from the root: the next look goes on there, across rotation. It moves on when nothing failed. @default the whole live file',
      ),
    mark: z
      .boolean()
      .default(false)
      .describe('Only note in `cursor` where the logs end now: before a change, to look at what came after it.'),
    windowMs: z
      .int()
      .positive()
      .optional()
      .describe('Only events of the last so many milliseconds, by the time in their first line.'),
    zone: z
      .string()
      .regex(/^(?:local|UTC|[+-]\d\d:\d\d)$/, 'Invalid input: expected local, UTC or an offset such as +02:00')
      .default('local')
      .describe('Of times that do not say it: `local`, `UTC`, `+02:00`.'),
    firstLine: regex
      .optional()
      .describe(
        'What the first line of an event looks like; lines after it, such as a stack trace, belong to it. @default a time at its beginning',
      ),
    mayBeEmpty: z
      .boolean()
      .default(false)
      .describe(
        'A log that holds nothing is one without findings. Otherwise nothing is known of it, as of one that is not written any more.',
      ),
    maxBytes: z
      .int()
      .positive()
      .default(4_294_967_296)
      .describe('Most bytes of one log that are read, unpacked; when there are more, nothing is known.'),
  })
  .refine(({ mark, cursor }) => !mark || cursor !== undefined, {
    path: ['mark'],
    message: 'Invalid input: expected cursor with mark',
  })
  .refine(({ mark, patterns: { critical, warning, info } }) => mark || critical.length + warning.length + info.length > 0, {
    path: ['patterns'],
    message: 'Invalid input: expected at least one pattern, unless mark is set',
  })

const output = z.strictObject({
  critical: z.int().describe('Events with a critical pattern.'),
  warning: z.int().describe('Events with a warning pattern.'),
  info: z.int().describe('Events with a pattern that is only counted.'),
  actions: z.array(z.string()).describe('Actions of the patterns that were found, most severe first.'),
  first: z.string().describe('The first line that was found, most severe first; empty: none.'),
  bytes: z.int().describe('Bytes that were read.'),
})

export default defineStep({
  name: 'logs.scan',
  summary: 'Look for patterns in logs, from where the last look ended, across rotation and packing.',
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: "What Kafka's brokers really write",
      yaml: `files: [/var/log/kafka/server.log, /var/log/kafka/controller.log]
cursor: .reprise/kafka-logs.cursor
patterns:
  critical:
    - {pattern: Exiting Kafka due to fatal exception, description: the broker gives up, action: page_on_call}
    - {pattern: Encountered fatal fault, description: the broker gives up, action: page_on_call}
    - {pattern: Shutdown broker because all log dirs, description: no disk is left, action: page_on_call}
    - {pattern: java\\.lang\\.OutOfMemoryError, description: out of memory, action: page_on_call}
    - {pattern: No space left on device, description: the disk is full, action: page_on_call}
  warning:
    - {pattern: 'Shrinking ISR from [0-9,]+ to', description: a replica falls behind, action: create_ticket}
    - {pattern: 'Connection to node .* could not be established', description: a connection fails, action: investigate}
    - {pattern: 'Disconnecting from node .* due to request timeout', description: a request times out, action: investigate}
  info:
    - {pattern: UNCLEAN partition change, description: a leader that was not in sync, action: investigate}`,
      says: 'no line of 5 critical patterns in /var/log/kafka/server.log, /var/log/kafka/controller.log since the last look, 3 are a warning',
    },
    {
      title: 'Before a change: from here on',
      yaml: 'files: /var/log/app.log\ncursor: .reprise/app.cursor\nmark: true\npatterns: {}',
      says: 'note where /var/log/app.log ends now',
    },
    {
      title: 'The last quarter of an hour, with times in UTC',
      yaml: 'files: /var/log/app.log\nwindowMs: 900000\nzone: UTC\npatterns:\n  critical: [{pattern: "level=(?:error|fatal)"}]\nignore: ["client went away"]',
      says: 'no line of 1 critical pattern in /var/log/app.log of the last 15 min',
    },
  ],
  describe: ({ files, patterns: { critical, warning }, cursor, mark, windowMs }) => {
    const where = listOf(files).join(', ')
    if (mark) return `note where ${where} ${listOf(files).length > 1 ? 'end' : 'ends'} now`
    const what = critical.length > 0 ? `${critical.length} critical pattern${critical.length > 1 ? 's' : ''}` : 'a pattern'
    const since = cursor === undefined ? '' : ' since the last look'
    const window = windowMs === undefined ? '' : ` of the last ${spanText(windowMs)}`
    return `no line of ${what} in ${where}${since}${window}${warning.length > 0 ? `, ${warning.length} are a warning` : ''}`
  },
  byHand: ({ files, patterns: given, ignore, mark }) => {
    const list = listOf(files)
    if (mark) return `wc -c ${list.map(single).join(' ')}  # write it down: look at what comes after`
    const without = ignore.map((one) => ` | grep -vP -e ${single(one)}`).join('')
    return SEVERITIES.flatMap((severity) =>
      given[severity].flatMap(({ pattern: one, description, action }) =>
        list.map(
          (path) =>
            `zgrep -hP -m 3 -e ${single(one)} -- ${shellWord(path)}${without}  # ${severity}${[description, action].map((text) => (text === undefined ? '' : `: ${text.replaceAll('\n', ' ')}`)).join('')}`,
        ),
      ),
    )
      .concat('# and in the files that rotation made since')
      .join('\n')
  },
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const now = tools.clock.now()
    const cursorPath = given.cursor === undefined ? null : resolve(tools.root, given.cursor)
    const cursor = cursorPath === null ? {} : await readCursor(cursorPath)
    if (cursor === null)
      return { status: 'failed', verdict: 'unknown', summary: `${given.cursor ?? ''} is no cursor that can be read` }
    const sinceMs = given.windowMs === undefined ? null : now.getTime() - given.windowMs
    const findings = findingsOf(given.patterns)
    const judging = { ignore: given.ignore.map(ready), zone: given.zone }
    const first = given.firstLine === undefined ? null : ready(given.firstLine)
    const scanned: (ScannedLog & { readonly path: string })[] = []
    for (const path of listOf(given.files).map((one) => resolve(tools.root, one))) {
      const done = await scanLog(path, {
        place: cursor[path] ?? null,
        isMark: given.mark,
        mayBeEmpty: given.mayBeEmpty,
        sinceMs,
        maxBytes: given.maxBytes,
        rules: (part) => findings.map((one) => ruleOf(one, { part, given: judging, sinceMs, now })),
        isFirstLine: first === null ? beginsWithTime : (line) => first.isIn(line),
        nowMs: now.getTime(),
        signal: tools.signal,
        onBytes: (bytes) => tools.progress(`${path}: ${Math.round(bytes / 1_000_000)} MB`),
      })
      scanned.push({ ...done, path })
    }
    const said = judge(findings, scanned, given.mark)
    const isGood = said.verdict === 'pass' || said.verdict === 'warn'
    if (isGood && cursorPath !== null) {
      const places: Cursor = {
        ...cursor,
        ...Object.fromEntries(scanned.flatMap((one) => (one.ok ? [[one.path, one.place]] : []))),
      }
      const reason = await writeCursor(cursorPath, places).then(
        () => null,
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      )
      if (reason !== null)
        return { ...said, status: 'failed', verdict: 'unknown', summary: `${given.cursor ?? ''} cannot be written (${reason})` }
    }
    return isGood ? { ...said, status: 'done' } : { ...said, status: 'failed' }
  },
})
