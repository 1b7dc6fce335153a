import type { Problem } from '../../model/problem.ts'
import { whyNoRuns } from '../../journal/run-folder.ts'
import { isOnPath } from '../../process/run-command.ts'
import { tableLines } from '../../terminal/table.ts'
import type { Words } from '../../words/words.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { type Look, looksOf } from '../look-here.ts'
import { hostLooks } from '../look-hosts.ts'
import { reachLooks, versionOf } from '../look-further.ts'
import { say } from '../output.ts'
import { missingText } from '../overview.ts'
import { packCommands } from '../pack-commands.ts'
import { errorsOf, prepare } from '../prepare.ts'
import { tellProblems } from '../problems-out.ts'
import { openPlace } from '../place.ts'

/** `doctor [FILE]`: what is missing here: tools and versions, parameters, secrets, reachability, permissions. Exit 1 when something is. */
export async function command({ args, given }: Call): Promise<number> {
  const [file] = args
  const place = await openPlace(given)
  if (file === undefined) {
    const why = whyNoRuns(place.runs)
    const tools = ['bash', 'git', 'flock'].map((name): Look => ({
      name,
      what: 'tool',
      here: isOnPath(name),
      hint: 'PATH',
      steps: [],
    }))
    const records: Look = { name: place.runs, what: 'permission', here: why === null, hint: why ?? 'the records', steps: [] }
    return tell([...tools, records], place, packLooks(place.words))
  }
  const prepared = await prepare(file, given, { unattended: false, trusted: given.trust === true, noRow: true })
  const { planned, problems, words, source } = prepared
  const plan = planned?.plan ?? null
  // An older tool is one of the things that are missing here.
  const errors = errorsOf(problems).filter(({ rule }) => rule !== 'minimum-version')
  if (plan !== null && errors.length === 0) {
    const [reached, hosts] = await Promise.all([reachLooks(plan), hostLooks(plan)])
    return tell([...looksOf(prepared, plan), ...reached, ...hosts], { json: place.json, words })
  }
  // A value that nobody gave is what is asked here; anything else is the author's to mend first.
  if (errors.length > 0 && errors.every(({ rule }) => rule === 'param-missing'))
    return tell(errors.map(lookOf), { json: place.json, words })
  tellProblems(problems, { json: place.json, words, sources: new Map([[file, source]]) })
  return EXIT.usage
}

/** What the commands of packs need, each with who needs it: only they miss it. */
const packLooks = ({ cli }: Words): readonly Look[] =>
  packCommands().flatMap((pack) =>
    pack.needs.map(({ program, debianPackage }): Look => {
      const here = isOnPath(program)
      return { name: program, what: 'tool', here, hint: here ? 'PATH' : cli.packNeeds(pack.name, debianPackage), steps: [] }
    }),
  )

const lookOf = ({ reason }: Problem): Look => ({
  name: /^\w+/.exec(reason)?.[0] ?? '',
  what: 'param',
  here: false,
  hint: reason.replace(/^\w+ has no value: /, ''),
  steps: [],
})

/** Exit 1 when something of `needed` is missing; what is only `wished` is told all the same. */
async function tell(
  needed: readonly Look[],
  { json, words }: { readonly json: boolean; readonly words: Words },
  wished: readonly Look[] = [],
): Promise<number> {
  const looks = [...needed, ...wished]
  const versions = await Promise.all(
    looks.map(async ({ name, what, here }) => (what === 'tool' && here ? versionOf(name) : null)),
  )
  const told = looks.map((look, index) => ({ ...look, hint: versions[index] ?? look.hint }))
  const missing = needed.filter(({ here }) => !here)
  if (json) say(JSON.stringify(told.map(({ name, what, here, hint }) => ({ name, what, here, hint }))))
  else {
    const { cli, problem } = words
    const origins: Readonly<Record<string, string>> = words.origins
    const here = told
      .filter((look) => look.here)
      .map(({ name, what, hint }) => [`✓ ${name}`, cli.looks[what], origins[hint] ?? problem.said(hint)])
    say(
      [
        ...tableLines(here, Math.max(80, process.stdout.columns || 80), { wrapLast: true }),
        ...missing.map((look) => `✗ ${missingText(look, words)}`),
        ...wished.filter((look) => !look.here).map((look) => `· ${missingText(look, words)}`),
        '',
        missing.length === 0 ? cli.allHere : cli.missingHere(missing.length),
      ].join('\n'),
    )
  }
  return missing.length === 0 ? EXIT.passed : EXIT.failed
}
