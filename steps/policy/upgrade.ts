import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { dayAfter, isTimeZone, localTime } from './support/local-time.ts'
import { shellWord } from '../support/shell-word.ts'
import { parseDays, type Read, readPolicy, type Rule, upgradePolicy } from './support/policy.ts'
import { proofOf, readRecords } from './support/records.ts'

/** Needs no window: it may be done as soon as the rest holds. */
const AT_ONCE = 'immediate_after_validation'

const localMinute = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}$/, 'Invalid input: expected a local time such as 2026-12-05 22:00')
  .transform((text) => text.replace('T', ' '))

const input = z
  .strictObject({
    upgrade_policy: upgradePolicy.optional().describe('The policy itself, by kind of release.'),
    file: z.string().min(1).optional().describe('File that holds `upgrade_policy`, from the root, instead of the policy itself.'),
    kind: z.string().min(1).describe('Kind of this release: `security_patches`, `minor_versions`, `major_versions`.'),
    released: z
      .string()
      .refine((day) => dayAfter(day, 0) === day, 'Invalid input: expected a day such as 2026-11-01')
      .describe('Day of the release: `2026-11-01`.'),
    timeZone: z
      .string()
      .refine(isTimeZone, 'Invalid input: expected a time zone such as Europe/Paris')
      .describe('Time zone of days and windows: `Europe/Paris`, `UTC`.'),
    windows: z
      .record(
        z.string(),
        z.array(z.strictObject({ from: localMinute.describe('It opens.'), to: localMinute.describe('It closes.') })).min(1),
      )
      .default({})
      .describe(
        'Windows by the name that `rollout` has, each with its local times: `{from: 2026-12-05 22:00, to: 2026-12-06 04:00}`.',
      ),
    records: z
      .record(z.string(), z.string().min(1))
      .default({})
      .describe('What proves a prerequisite: a run, or a runbook whose newest run counts. @default a runbook of the same name'),
    runs: z.string().min(1).default('.reprise/runs').describe('Folder of the run records, from the root.'),
    now: z.iso.datetime({ offset: true }).optional().describe('Judge for this moment: `2026-12-05T23:00:00+01:00`. @default now'),
  })
  .refine(({ upgrade_policy, file }) => (upgrade_policy === undefined) !== (file === undefined), {
    path: ['upgrade_policy'],
    error: 'Invalid input: expected upgrade_policy or file',
  })

type Input = z.infer<typeof input>

const output = z.strictObject({
  earliest: z.string().describe('First day on which it may be done.'),
  approval: z.string().describe('Who must agree.'),
  rollout: z.string().describe('When it may be done, in the words of the policy.'),
  window: z.string().describe('When the window that is open closes; empty where none is needed or open.'),
  proofs: z.record(z.string(), z.string()).describe('The run that proves each prerequisite.'),
})

type Output = z.infer<typeof output>

export default defineStep({
  name: 'policy.upgrade',
  summary: 'Hold a release against the upgrade policy: delay, window, and a passed run for each prerequisite.',
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: 'A policy in a file, and its next window',
      yaml: 'file: policy/upgrade.yaml\nkind: minor_versions\nreleased: 2026-10-20\ntimeZone: Europe/Paris\nwindows:\n  quarterly_maintenance_window:\n    - {from: 2026-12-05 22:00, to: 2026-12-06 04:00}',
      says: 'the upgrade policy lets a release of 2026-10-20 (minor_versions) in now',
    },
    {
      title: 'A policy as it stands, with its proofs',
      yaml: 'upgrade_policy:\n  major_versions:\n    delay: 90_days\n    approval: steering_committee\n    rollout: planned_project\n    prerequisites:\n      - full_regression_testing\n      - rollback_plan_validated\nkind: major_versions\nreleased: 2026-08-01\ntimeZone: UTC\nwindows: {planned_project: [{from: 2026-12-01 00:00, to: 2026-12-31 00:00}]}\nrecords: {rollback_plan_validated: kafka-rollback-drill}',
      says: 'the upgrade policy lets a release of 2026-08-01 (major_versions) in now',
    },
  ],
  describe: ({ kind, released, now }) => `the upgrade policy lets a release of ${released} (${kind}) in ${now ?? 'now'}`,
  byHand: ({ file, kind, released, timeZone }) =>
    [
      `${file === undefined ? '' : `cat ${shellWord(file)}   # `}# the rule of ${kind}: delay, rollout, prerequisites`,
      `TZ='${timeZone}' date   # ${released} and the delay must be over, and the window open`,
      'reprise runs   # each prerequisite must have a run that passed',
    ].join('\n'),
  async execute(given, tools): Promise<StepOutcome<Output>> {
    const read = await policyOf(given, tools)
    const unknown = (summary: string): StepOutcome<Output> => ({ status: 'failed', verdict: 'unknown', summary })
    if (!read.ok) return unknown(`the policy cannot be read: ${read.reason}`)
    const rule = Object.hasOwn(read.policy, given.kind) ? read.policy[given.kind] : undefined
    if (rule === undefined)
      return unknown(`the policy has no rule for ${given.kind}, only for ${Object.keys(read.policy).join(', ')}`)
    return judged(given, rule, tools)
  },
})

async function policyOf({ upgrade_policy, file = '' }: Input, { root }: StepTools): Promise<Read> {
  if (upgrade_policy !== undefined) return { ok: true, policy: upgrade_policy }
  try {
    return readPolicy(await readFile(resolve(root, file), 'utf8'))
  } catch (error) {
    return { ok: false, reason: `${file} (${(error as NodeJS.ErrnoException).code ?? 'of an unknown kind'})` }
  }
}

async function judged(given: Input, rule: Rule, tools: StepTools): Promise<StepOutcome<Output>> {
  const now = localTime(given.now === undefined ? tools.clock.now() : new Date(given.now), given.timeZone)
  const earliest = dayAfter(given.released, parseDays(rule.delay) ?? 0) ?? given.released
  const wrong: string[] = []
  const unsure: string[] = []
  if (now.slice(0, 10) < earliest) wrong.push(`too early: ${rule.delay} after ${given.released} is ${earliest}`)
  const window = windowAt(given, rule, now)
  if (window.why !== null) (window.isKnown ? wrong : unsure).push(window.why)
  const records = rule.prerequisites.length === 0 ? [] : await readRecords(resolve(tools.root, given.runs))
  if (records === null) unsure.push(`there are no run records in ${given.runs}`)
  const proofs: Record<string, string> = {}
  for (const prerequisite of rule.prerequisites) {
    const proof = proofOf(prerequisite, given.records[prerequisite] ?? prerequisite, records ?? [])
    if (proof.ok) proofs[prerequisite] = proof.run
    else wrong.push(proof.reason)
  }
  const result = { earliest, approval: rule.approval, rollout: rule.rollout, window: window.closes, proofs }
  const evidence = { kind: given.kind, released: given.released, now: `${now} ${given.timeZone}`, rule, ...result }
  if (wrong.length + unsure.length > 0)
    return {
      status: 'failed',
      verdict: wrong.length > 0 ? 'fail' : 'unknown',
      summary: [...wrong, ...unsure].join('; '),
      output: result,
      evidence,
    }
  return {
    status: 'done',
    verdict: 'pass',
    summary: `allowed since ${earliest}${window.closes === '' ? '' : `, until ${window.closes}`}; ${rule.approval} must agree`,
    output: result,
    evidence,
  }
}

interface Window {
  /** When the open one closes. */
  readonly closes: string
  readonly why: string | null
  readonly isKnown: boolean
}

function windowAt({ windows }: Input, { rollout }: Rule, now: string): Window {
  if (rollout === AT_ONCE) return { closes: '', why: null, isKnown: true }
  const all = Object.hasOwn(windows, rollout) ? windows[rollout] : undefined
  if (all === undefined) return { closes: '', why: `no times are given for ${rollout}`, isKnown: false }
  const open = all.find(({ from, to }) => from <= now && now < to)
  if (open !== undefined) return { closes: open.to, why: null, isKnown: true }
  const [next] = all
    .map(({ from }) => from)
    .filter((from) => from > now)
    .toSorted()
  return {
    closes: '',
    why: `outside ${rollout}${next === undefined ? ', which has no later one' : `, next on ${next}`}`,
    isKnown: true,
  }
}
