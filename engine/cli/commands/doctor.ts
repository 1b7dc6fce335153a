import { isOnPath } from '../../process/run-command.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { say } from '../output.ts'
import { toolsOf } from '../missing-here.ts'
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
  const { planned, problems, words, source } = prepared
  const plan = planned?.plan ?? null
  if (plan === null || errorsOf(problems).length > 0) {
    tellProblems(problems, { json: place.json, words, sources: new Map([[file, source]]) })
    return EXIT.usage
  }
  const asked = (planned?.missing ?? []).flatMap(({ id, what, hint }): Look[] =>
    what === 'secret' || what === 'param' ? [{ name: id, what, here: false, hint }] : [],
  )
  return tell([...toolsOf(plan).map(({ name }) => tool(name)), ...asked], { json: place.json, words })
}

const tool = (name: string): Look => ({ name, what: 'tool', here: isOnPath(name), hint: 'PATH' })

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
