import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { KINDS, profiles, PROFILES } from './support/tables/performance-profiles.ts'
import type { ProfileSetting } from './support/tables/performance-profiles.ts'

const PAIR = /^([A-Za-z0-9._-]+)=([A-Za-z0-9._:,/+-]+)$/

const input = z.strictObject({
  kind: z.enum([...KINDS, 'compression']).describe('What is measured; `compression` changes nothing.'),
  profile: z.enum(['own', ...PROFILES]).describe("One of the chapter's profiles; `own`: the settings of `change`."),
  change: z.string().default('').describe('Own settings to try, `key=value` with blanks between.'),
})

const output = z.strictObject({
  change: z
    .string()
    .describe('What is tried, `key=value` with blanks between; `compression.type` where only codecs are compared.'),
  settings: z.record(z.string(), z.string()).describe('The same by key.'),
  refused: z.array(z.string()).describe('Settings that are left out, or that a profile would leave out, each with its reason.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>
type Tried = Pick<ProfileSetting, 'key' | 'value'>

export default defineStep({
  name: 'kafka.performance-profile',
  summary:
    "What one of the chapter's performance profiles changes in Kafka 3.9 and 4.x, what is so anyway, and what is wrong, by a dated table.",
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: 'A profile',
      yaml: 'kind: producer\nprofile: producer-throughput',
      says: 'settings to try: the profile producer-throughput',
    },
    {
      title: 'Settings of your own',
      yaml: 'kind: producer\nprofile: own\nchange: batch.size=131072 linger.ms=20',
      says: 'settings to try: batch.size=131072 linger.ms=20',
    },
  ],
  describe: ({ profile, change }) => `settings to try: ${profile === 'own' ? change : `the profile ${profile}`}`,
  byHand(given) {
    const tried = given.profile === 'own' ? pairsOf(given.change).tried : settingsOf(given.profile).flatMap(triedOf)
    return `TRIED='${sayAll(tried)}'`
  },
  async execute(given): Promise<StepOutcome<Output>> {
    return given.profile === 'own' ? own(given) : byTable(given, given.profile)
  },
})

const sayAll = (tried: readonly Tried[]): string => tried.map(({ key, value }) => `${key}=${value}`).join(' ')

const settingsOf = (profile: string): readonly ProfileSetting[] =>
  profiles.rows.find((row) => row.profile === profile)?.settings ?? []

const triedOf = ({ key, value, take, tried }: ProfileSetting): readonly Tried[] =>
  take === 'try' ? [{ key, value: tried ?? value }] : []

const isWrong = ({ take }: ProfileSetting): boolean => take === 'refuse' || take === 'restart'

const sayWhy = ({ key, value, note }: ProfileSetting): string => `${key}=${value} (${note})`

function said(tried: readonly Tried[], refused: readonly string[], summary: string): StepOutcome<Output> {
  const change = sayAll(tried) || 'compression.type'
  const settings = Object.fromEntries(tried.map(({ key, value }) => [key, value]))
  const evidence = { asOf: profiles.asOf, sources: [...profiles.sources], tried: change, refused: [...refused] }
  const verdict = refused.length > 0 ? 'warn' : 'pass'
  return { status: 'done', verdict, summary, output: { change, settings, refused: [...refused] }, evidence }
}

function byTable({ kind }: Input, profile: string): StepOutcome<Output> {
  const row = profiles.rows.find((one) => one.profile === profile)
  if (row?.kind !== kind)
    return { status: 'failed', verdict: 'fail', summary: `${profile} is a profile of a ${row?.kind ?? ''}, not of a ${kind}` }
  const tried = row.settings.flatMap(triedOf)
  const refused = row.settings.filter(isWrong).map(sayWhy)
  const differs = row.settings.filter((one) => one.tried !== undefined).map(sayWhy)
  const usual = row.settings.filter(({ take }) => take === 'default').map(({ key }) => key)
  const parts = [
    `tries ${sayAll(tried)}`,
    ...(differs.length === 0 ? [] : [`which differs from the chapter's ${differs.join(', ')}`]),
    ...(refused.length === 0 ? [] : [`leaves out ${refused.join(', ')}`]),
    `so by default: ${usual.join(', ')}`,
  ]
  return said(tried, refused, parts.join('; '))
}

/** An own setting that the table knows to be wrong is tried all the same: who writes it has been told. */
function own({ kind, change }: Input): StepOutcome<Output> {
  if (kind === 'compression') return said([], [], 'only codecs are compared: nothing is changed')
  const { tried, unreadable } = pairsOf(change)
  if (unreadable.length > 0 || tried.length === 0)
    return { status: 'failed', verdict: 'fail', summary: `expected key=value, found ${unreadable.join(' ') || 'nothing'}` }
  const known = profiles.rows.filter((row) => row.kind === kind).flatMap(({ settings }) => settings)
  const wrong = tried.flatMap(({ key, value }) => {
    const one = known.find((setting) => setting.key === key && isWrong(setting))
    return one === undefined ? [] : [{ ...one, value }]
  })
  const late = wrong.filter(({ take }) => take === 'restart').map(sayWhy)
  if (late.length > 0) return { status: 'failed', verdict: 'fail', summary: `cannot be tried: ${late.join(', ')}` }
  const refused = wrong.map(sayWhy)
  const warning = refused.length === 0 ? '' : `; the profiles leave out ${refused.join(', ')}`
  return said(tried, refused, `tries ${sayAll(tried)}${warning}`)
}

function pairsOf(change: string): { readonly tried: readonly Tried[]; readonly unreadable: readonly string[] } {
  const words = change.split(/\s+/).filter((word) => word !== '')
  const tried = words.flatMap((word) => {
    const [, key, value] = PAIR.exec(word) ?? []
    return key === undefined || value === undefined ? [] : [{ key, value }]
  })
  return { tried, unreadable: words.filter((word) => !PAIR.test(word)) }
}
