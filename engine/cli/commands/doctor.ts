import { readShell } from '../../language/shell.ts'
import type { Runbook } from '../../model/runbook.ts'
import type { Plan } from '../../model/plan.ts'
import { isOnPath } from '../../process/run-command.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { say } from '../output.ts'
import { errorsOf, prepare } from '../prepare.ts'
import { tellProblems } from '../problems-out.ts'
import { openPlace } from '../place.ts'

interface Look {
  readonly name: string
  readonly what: 'tool' | 'param' | 'secret'
  readonly here: boolean
  readonly hint: string
}

/** `doctor [FILE]`: what is missing here: tools, parameters, secrets. Exit 1 when something is. */
export async function command({ args, given }: Call): Promise<number> {
  const [file] = args
  const place = await openPlace(given)
  if (file === undefined) return tell(['bash', 'git', 'flock'].map(tool), place)
  const prepared = await prepare(file, given, { unattended: false, trusted: false, noRow: true })
  const { planned, problems, words, runbook, source } = prepared
  const plan = planned?.plan ?? null
  if (plan === null || runbook === null || errorsOf(problems).length > 0) {
    tellProblems(problems, { json: place.json, words, sources: new Map([[file, source]]) })
    return EXIT.usage
  }
  const asked = (planned?.missing ?? []).flatMap(({ id, what, hint }): Look[] =>
    what === 'secret' || what === 'param' ? [{ name: id, what, here: false, hint }] : [],
  )
  return tell([...toolsOf(plan, runbook).map(tool), ...asked], { json: place.json, words })
}

const tool = (name: string): Look => ({ name, what: 'tool', here: isOnPath(name), hint: 'PATH' })

/** Commands that the blocks begin with and that are no builtins, functions or paths of their own. */
export function toolsOf(plan: Plan, _runbook: Runbook): string[] {
  const names = new Set<string>(['bash'])
  for (const { text, use, type } of plan.steps) {
    if (
      use !== null ||
      type === 'manual' ||
      type === 'box' ||
      type === 'decision' ||
      type === 'judge' ||
      type === 'record' ||
      type === 'approval' ||
      type === 'undo-by-hand'
    )
      continue
    for (const name of commandsIn(text)) names.add(name)
  }
  return [...names].toSorted()
}

const BUILTINS = new Set(
  '. : [ [[ alias bg break builtin cd command continue declare echo eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile printf pwd read readarray readonly return set shift source suspend test times trap true type typeset ulimit umask unalias unset wait'.split(
    ' ',
  ),
)

function commandsIn(text: string): string[] {
  const shell = readShell(text)
  const commands = 'commands' in shell ? (shell.commands as readonly { readonly name: string }[]) : []
  return commands.map(({ name }) => name).filter((name) => /^[A-Za-z_][\w.+-]*$/.test(name) && !BUILTINS.has(name))
}

function tell(looks: readonly Look[], { json, words }: Pick<Awaited<ReturnType<typeof openPlace>>, 'json' | 'words'>): number {
  const missing = looks.filter(({ here }) => !here)
  if (json) say(JSON.stringify(looks))
  else {
    const { cli } = words
    const lines = looks.map(({ name, here, hint }) => (here ? `✓ ${cli.here(name)}` : `✗ ${cli.missing(name)} (${hint})`))
    say([...lines, ...(missing.length === 0 ? ['', cli.allHere] : [])].join('\n'))
  }
  return missing.length === 0 ? EXIT.passed : EXIT.failed
}
