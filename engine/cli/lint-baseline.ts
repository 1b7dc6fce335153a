import { relative, resolve } from 'node:path'
import { rules } from '../lint/rules.ts'
import type { Json } from '../model/value.ts'
import type { Problem } from '../model/problem.ts'
import type { Project } from '../workspace/project-file.ts'
import { readTextFile } from '../workspace/text-file.ts'
import { usageProblem } from './problems-out.ts'

/** How many findings of each kind a project takes as known, and what is wrong with the file that says so. */
export interface Baseline {
  readonly known: ReadonlyMap<string, number>
  readonly problems: readonly Problem[]
}

type Finding = Pick<Problem, 'file' | 'rule' | 'actual'>

/** Reads `lint: {baseline: FILE}` of the project file: what `lint --json` printed at the root. A file that is still empty knows nothing. */
export async function readBaseline({ baseline }: Pick<Project, 'baseline'>): Promise<Baseline> {
  const known = new Map<string, number>()
  if (baseline === null) return { known, problems: [] }
  const file = relative(process.cwd(), baseline)
  const wrong = (reason: string): Baseline => ({ known, problems: [usageProblem({ rule: 'lint-baseline', reason, file })] })
  const read = await readTextFile(baseline)
  if (read.status === 'missing') return wrong('Unexpected path, expected a baseline of lint: nothing is there')
  if (read.status === 'unreadable') return wrong(read.reason)
  if (read.text.trim() === '') return { known, problems: [] }
  const findings = findingsIn(read.text)
  if (findings === null) return wrong('Unexpected baseline, expected what lint --json printed')
  for (const finding of findings) {
    const key = keyOf(finding)
    known.set(key, (known.get(key) ?? 0) + 1)
  }
  return { known, problems: [] }
}

/** Leaves out what the baseline knows. Lines may have moved; one finding more of its kind is told. What the format says is always told. */
export function withoutKnown(problems: readonly Problem[], { known }: Baseline, root: string): Problem[] {
  const left = new Map(known)
  return problems.filter((problem) => {
    const key = keyOf({ ...problem, file: relative(root, resolve(problem.file)) })
    const count = left.get(key) ?? 0
    if (count === 0 || !CATALOGUE.has(problem.rule)) return true
    left.set(key, count - 1)
    return false
  })
}

const CATALOGUE = new Set(rules.flatMap(({ name, origin }) => (origin === 'catalogue' ? [name] : [])))

/** Not its words: they are in the language of whoever wrote the baseline. */
const keyOf = ({ file, rule, actual }: Finding): string => JSON.stringify([file, rule, actual])

function findingsIn(text: string): readonly Finding[] | null {
  let json: Json
  try {
    json = JSON.parse(text) as Json
  } catch {
    return null
  }
  const findings = Array.isArray(json) ? json.map(findingOf) : [null]
  return findings.every((finding) => finding !== null) ? findings : null
}

function findingOf(json: Json): Finding | null {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return null
  const { file, rule, actual = null } = json as Readonly<Record<string, Json>>
  const isActual = actual === null || typeof actual === 'string'
  return typeof file === 'string' && typeof rule === 'string' && isActual ? { file, rule, actual } : null
}
