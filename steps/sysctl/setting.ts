import { join, resolve } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { shellWord } from '../support/shell-word.ts'
import {
  type Before,
  fileOf,
  persisted,
  plainValue,
  readText,
  readValue,
  replaceText,
  whyNot,
  whyReadOnly,
  writeValue,
} from './support/settings.ts'

const key = z
  .string()
  .regex(/^[a-z0-9_]+(?:[./][A-Za-z0-9_@:-]+)+(?:\.[A-Za-z0-9_]+)*$/, 'Invalid input: expected a setting such as vm.swappiness')

const input = z.strictObject({
  settings: z
    .record(key, z.union([z.string().regex(/^[^\n\0]+$/), z.number()]))
    .refine((all) => Object.keys(all).length > 0, 'Invalid input: expected a setting')
    .describe('Settings and their values: `vm.swappiness: 1`. A name with dots in it is written with slashes.'),
  persist: z
    .string()
    .min(1)
    .nullable()
    .default('etc/sysctl.d/90-reprise.conf')
    .describe('File that sets them at the next start, below `base`; null: none.'),
  base: z
    .string()
    .min(1)
    .default('/')
    .describe("Where `proc/sys` is: the machine's `/`, or a private copy of it, from the root of the checkout."),
})

type Input = z.infer<typeof input>

const output = z.strictObject({
  changed: z.array(z.string()).describe('Settings that were different.'),
  file: z.string().describe('File that sets them at the next start; empty without one.'),
})

type Output = z.infer<typeof output>

export default defineStep({
  name: 'sysctl.setting',
  summary: 'Set kernel settings now and for the next start; undone, they have their old values.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'For a broker',
      yaml: 'settings: {vm.swappiness: 1, vm.max_map_count: 262144}\npersist: etc/sysctl.d/90-kafka.conf',
      says: 'set vm.swappiness = 1, vm.max_map_count = 262144, also in /etc/sysctl.d/90-kafka.conf',
    },
    {
      title: 'Until the next start only',
      yaml: 'settings: {net.core.somaxconn: 4096}\npersist: null',
      says: 'set net.core.somaxconn = 4096, until the next start',
    },
  ],
  describe: (given) => {
    const all = Object.entries(given.settings).map(([name, value]) => `${name} = ${value}`)
    return `set ${all.join(', ')}${given.persist === null ? ', until the next start' : `, also in ${join(given.base, given.persist)}`}`
  },
  byHand: (given) => {
    const { base, persist } = given
    const set = Object.entries(wantedBy(given)).map(([name, value]) =>
      base === '/' ? `sysctl -w ${shellWord(`${name}=${value}`)}` : `echo ${shellWord(value)} > ${shellWord(fileOf(base, name))}`,
    )
    const keep =
      persist === null ? [] : [`printf %s ${shellWord(persisted(wantedBy(given)))} > ${shellWord(join(base, persist))}`]
    return [...set, ...keep].join('\n')
  },
  async check(given, tools) {
    try {
      const live: Record<string, string> = {}
      for (const name of Object.keys(given.settings)) {
        const value = await readValue(baseOf(given, tools), name)
        if (value === null) return { status: 'unknown', summary: `this kernel does not show ${name} here` }
        live[name] = value
      }
      const path = fileBy(given, tools)
      const file = path === null ? null : await readText(path)
      const different = Object.entries(wantedBy(given)).filter(([name, value]) => live[name] !== value)
      const isKept = path === null || file === persisted(wantedBy(given))
      const before: Before = { live, file }
      const says = different.map(([name, value]) => `${name} is ${live[name] ?? ''}, not ${value}`)
      return {
        status: different.length === 0 && isKept ? 'done' : 'needed',
        summary: [...says, ...(isKept ? [] : [`${path ?? ''} does not say so`])].join('; ') || 'all of it is so already',
        before: { live, file: before.file },
      }
    } catch (error) {
      return { status: 'unknown', summary: whyNot('a setting', error) }
    }
  },
  async execute(given, tools): Promise<StepOutcome<Output>> {
    const base = baseOf(given, tools)
    const live: Record<string, string> = {}
    for (const name of Object.keys(given.settings)) {
      const value = await readValue(base, name).catch(() => null)
      if (value === null) return { status: 'not-started', verdict: 'fail', summary: `this kernel does not show ${name} here` }
      live[name] = value
    }
    const changed = Object.entries(wantedBy(given)).filter(([name, value]) => live[name] !== value)
    const readOnly = changed.map(([name]) => whyReadOnly(base, name)).find((why) => why !== null)
    if (readOnly !== undefined) return { status: 'not-started', verdict: 'fail', summary: readOnly }
    const path = fileBy(given, tools)
    const wrong = await setAll(base, changed, live)
    if (wrong !== null)
      return { status: 'failed', verdict: 'fail', summary: `${wrong}; what was set before it has its old value` }
    try {
      if (path !== null && (await readText(path)) !== persisted(wantedBy(given)))
        await replaceText(path, persisted(wantedBy(given)))
    } catch (error) {
      await setAll(
        base,
        changed.map(([name]) => [name, live[name] ?? '']),
        live,
      )
      return { status: 'failed', verdict: 'fail', summary: `${whyNot(path ?? '', error)}; the settings have their old values` }
    }
    const names = changed.map(([name]) => name)
    return {
      status: 'done',
      verdict: 'pass',
      summary: names.length === 0 ? 'all of it was so already' : `set ${names.join(', ')}`,
      output: { changed: names, file: path ?? '' },
      evidence: { before: live, now: wantedBy(given), at: tools.clock.now().toISOString() },
    }
  },
  async undo(given, was, tools): Promise<StepOutcome<unknown>> {
    const before = was.before as Before | undefined
    if (before === undefined) return { status: 'failed', summary: 'it is not known what the settings were before' }
    const base = baseOf(given, tools)
    const wanted = wantedBy(given)
    const left: string[] = []
    for (const [name, value] of Object.entries(before.live)) {
      const now = await readValue(base, name).catch(() => null)
      if (now === value) continue
      if (now !== wanted[name]) left.push(`${name} is ${now ?? 'gone'}, which is not what this step set`)
      else left.push(...([await writeValue(base, name, value)].filter((why) => why !== null) as string[]))
    }
    try {
      const path = fileBy(given, tools)
      const text = path === null ? null : await readText(path)
      if (path !== null && text !== before.file) {
        if (text === persisted(wanted)) await replaceText(path, before.file)
        else left.push(`${path} has been changed since`)
      }
    } catch (error) {
      left.push(whyNot(given.persist ?? '', error))
    }
    return left.length === 0
      ? { status: 'done', summary: 'the settings are as they were' }
      : { status: 'failed', summary: left.join('; ') }
  },
})

const wantedBy = ({ settings }: Input): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, plainValue(String(value))]))

const baseOf = ({ base }: Input, { root }: StepTools): string => resolve(root, base)

const fileBy = (given: Input, tools: StepTools): string | null =>
  given.persist === null ? null : join(baseOf(given, tools), given.persist)

/** Sets one after the other; at the first that is not taken, those before it get their old values, and the reason is returned. */
async function setAll(
  base: string,
  values: readonly (readonly [string, string])[],
  old: Readonly<Record<string, string>>,
): Promise<string | null> {
  for (const [at, [name, value]] of values.entries()) {
    const why = await writeValue(base, name, value)
    if (why === null) continue
    for (const [earlier] of values.slice(0, at + 1).toReversed()) await writeValue(base, earlier, old[earlier] ?? '')
    return why
  }
  return null
}
