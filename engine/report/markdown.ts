import { visible, visibleLine } from '../language/control.ts'
import type { Answer, BlockId, Key, Stamped } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Lang } from '../model/runbook.ts'
import { approvalText, factSentence } from '../words/fact-sentence.ts'
import { took } from '../words/took.ts'
import { wordsOf, type Words } from '../words/words.ts'
import { measuresOf } from './measures.ts'
import { measureText, resultText, rtoText } from './row.ts'
import { runSummary } from './run-summary.ts'
import { stepRecords } from './step-record.ts'

/** What a timeline is made from. */
export interface TimelineRequest {
  readonly plan: Plan
  readonly facts: readonly Stamped[]
  readonly runId: string
  readonly lang: Lang
  /** Time zone of the *Local* column, `Europe/Paris`. */
  readonly zone: string
  /** It goes on: nothing is said of its end. @default false */
  readonly live?: boolean
  /** Redacted output lines of an attempt; what the facts hold of it where there is no more. */
  readonly outputOf: (key: Key, attempt: number) => readonly string[] | null
}

/** Lines of an output kept at each end of an excerpt. */
const EXCERPT = 10

/** A run as Markdown, fit for a post-mortem: who did what and when, in UTC and local time, with notes, decisions, outputs. */
export function timelineMarkdown(request: TimelineRequest): string {
  const words = wordsOf(request.lang)
  const { timeline } = words
  return [
    `# ${inline(timeline.title(request.runId, request.plan.runbook.title))}`,
    '',
    ...about(request, words),
    '',
    ...section(timeline.heading, table(timelineRows(request, words))),
    ...section(timeline.steps, stepTable(request, words)),
    ...section(timeline.decisions, decisions(request, words)),
    ...section(timeline.approvals, approvals(request, words)),
    ...section(timeline.rollback, rollback(request, words)),
    ...section(timeline.notes, notes(request)),
    ...section(timeline.output, outputs(request, words)),
  ]
    .join('\n')
    .replace(/\n+$/, '\n')
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`## ${title}`, '', ...lines, '']

/** Text from outside on one line of Markdown: nothing in it is markup. */
function inline(text: string): string {
  return visibleLine(text).replace(/[\\`*_[\]<>|#~]/g, '\\$&')
}

function about({ plan, facts, runId, lang, live = false }: TimelineRequest, words: Words): string[] {
  const summary = runSummary(facts)
  const measures = measuresOf({ plan, facts })
  const drill = summary.settings?.drill ?? plan.drill
  const rows: readonly (readonly [string, string])[] = [
    [words.columns.run, `\`${runId}\``],
    [words.timeline.about.runbook, `${inline(plan.runbook.file)} (\`${plan.runbook.sha256.slice(0, 12)}\`)`],
    [words.timeline.about.environment, plan.environment === '' ? words.none : inline(plan.environment)],
    [words.timeline.about.mode, drill === null ? words.modes[summary.settings?.mode ?? 'attended'] : words.drill(drill)],
    [words.timeline.about.operator, inline(summary.operators.join(', '))],
    [words.timeline.about.plan, `\`${plan.hash.slice(0, 12)}\``],
    [words.timeline.about.started, summary.startedAt],
    ...(live
      ? []
      : ([
          [words.timeline.about.ended, summary.endedAt ?? words.timeline.stillOpen],
          [words.timeline.about.result, `${inline(resultText(summary, words))} (${took(summary.durationMs)})`],
        ] as const)),
    ...(measures.rto === null ? [] : [[words.timeline.about.rto, rtoText(measures.rto, words)] as const]),
    ...(measures.rpo === null ? [] : [[words.timeline.about.rpo, measureText(measures.rpo, words)] as const]),
    [words.timeline.about.waited, took(measures.waitedMs)],
    [words.timeline.about.machine, took(measures.machineMs)],
  ]
  const colon = lang === 'fr' ? ' :' : ':'
  return rows.map(([name, value]) => `- **${name}**${colon} ${value}`)
}

function table(rows: readonly (readonly string[])[]): string[] {
  const [head, ...body] = rows
  if (head === undefined || body.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...body.map(line)]
}

function timelineRows({ plan, facts, zone, lang }: TimelineRequest, words: Words): string[][] {
  const { columns } = words.timeline
  return [
    [columns.utc, columns.local(zone), columns.who, columns.what],
    ...facts.flatMap((fact) => {
      const what = factSentence(fact, plan, words)
      if (what === null) return []
      return [
        [
          `${fact.at.slice(0, 10)} ${fact.at.slice(11, 19)}`,
          localTime(fact.at, zone, lang),
          inline(whoOf(fact) ?? words.timeline.nobody),
          inline(what),
        ],
      ]
    }),
  ]
}

function localTime(at: string, zone: string, lang: Lang): string {
  const options = {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  } as const
  return new Intl.DateTimeFormat(lang === 'fr' ? 'fr-FR' : 'en-GB', options).format(new Date(at))
}

function whoOf(fact: Stamped): string | null {
  switch (fact.type) {
    case 'heard':
    case 'answered':
      return fact.by.name
    case 'run-started':
    case 'run-resumed':
      return fact.settings.operator.name
    case 'step-settled':
    case 'branch-taken':
      return fact.by?.name ?? null
    default:
      return null
  }
}

function stepTable({ plan, facts }: TimelineRequest, words: Words): string[] {
  const { step, result, took: time, attempts, why } = words.timeline.stepColumns
  const titles = new Map(plan.steps.map((entry) => [entry.id, entry.title]))
  const rows = stepRecords(facts).map((record) => [
    `\`${record.key.replaceAll('`', "'")}\` ${inline(titles.get(record.step) ?? '')}`.trim(),
    inline(
      [words.settled[record.result], record.undo === null ? '' : words.undone[record.undo]]
        .filter((text) => text !== '')
        .join(', '),
    ),
    record.endedAt === null ? words.none : took(Date.parse(record.endedAt) - Date.parse(record.startedAt)),
    record.attempts === 0 ? words.none : String(record.attempts),
    record.reason === null ? '' : inline(words.problem.said(record.reason)),
  ])
  return table([[step, result, time, attempts, why], ...rows])
}

function decisions({ plan, facts }: TimelineRequest, words: Words): string[] {
  return facts.flatMap((fact) => {
    if (fact.type !== 'branch-taken') return []
    const sentence = factSentence(fact, plan, words) ?? ''
    return [`- ${fact.at.slice(11, 19)} ${inline(fact.by?.name ?? words.timeline.nobody)}${words.colon} ${inline(sentence)}`]
  })
}

function approvals({ facts }: TimelineRequest, words: Words): string[] {
  return facts.flatMap((fact) => {
    if (fact.type !== 'heard' || fact.message.say !== 'approve') return []
    const { step, statement, values = {}, key } = fact.message
    const measured = Object.entries(values).map(([name, value]) => `${name} ${value}`)
    const more = [...measured, ...(key === undefined ? [] : [key])].join(' · ')
    return [
      `- ${fact.at.slice(11, 19)} ${inline(fact.by.name)}, ${inline(approvalText(fact.message, fact.by, words))} \`${step}\`${words.colon} ${inline(statement)}${more === '' ? '' : ` (${inline(more)})`}`,
    ]
  })
}

function rollback({ plan, facts }: TimelineRequest, words: Words): string[] {
  const undone = facts.filter(
    (fact) =>
      (fact.type === 'step-ended' && fact.purpose === 'undo') ||
      (fact.type === 'course-set' && fact.course === 'rolling') ||
      isUndoAnswer(fact, plan),
  )
  return undone.map((fact) => `- ${fact.at.slice(11, 19)} ${inline(factSentence(fact, plan, words) ?? '')}`)
}

function isUndoAnswer(fact: Stamped, plan: Plan): boolean {
  if (fact.type !== 'answered' || fact.step === null) return false
  const undo: readonly Answer['choice'][] = ['not-undone', 'by-hand', 'yes', 'no']
  return undo.includes(fact.answer.choice) && typeOf(plan, fact.step) === 'undo-by-hand'
}

const typeOf = (plan: Plan, id: BlockId): string | undefined => plan.steps.find((entry) => entry.id === id)?.type

function notes({ facts }: TimelineRequest): string[] {
  return facts.flatMap((fact) =>
    fact.type === 'heard' && fact.message.say === 'note'
      ? [
          `- ${fact.at.slice(11, 19)} ${inline(fact.by.name)}${fact.message.step === null ? '' : ` (\`${fact.message.step}\`)`}: ${inline(fact.message.text)}`,
        ]
      : [],
  )
}

/** Excerpts of what was printed, the beginning and the end of each; a fence longer than any inside. */
function outputs({ facts, outputOf }: TimelineRequest, words: Words): string[] {
  return facts.flatMap((fact) => {
    if (fact.type !== 'step-ended') return []
    const lines = outputOf(fact.key, fact.attempt) ?? fact.outcome.tail.split('\n')
    const text = lines.map((line) => visible(line))
    while (text.at(-1)?.trim() === '') text.pop()
    if (text.length === 0) return []
    const left = text.length - 2 * EXCERPT
    const shown = left > 0 ? [...text.slice(0, EXCERPT), words.timeline.excerpt(left), ...text.slice(-EXCERPT)] : text
    const longest = Math.max(2, ...shown.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)))
    const fence = '`'.repeat(longest + 1)
    const attempt = fact.attempt > 1 ? `, ${words.screen.attempt(fact.attempt, 1)}` : ''
    return [
      `**${inline(fact.key)}**${attempt}, ${fact.at.slice(11, 19)}, ${took(fact.outcome.tookMs)}`,
      '',
      `${fence}text`,
      ...shown,
      fence,
      '',
    ]
  })
}
