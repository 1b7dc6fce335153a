import { stat } from 'node:fs/promises'
import { resolve, relative, dirname } from 'node:path'
import { idsOf } from '../../document/ids.ts'
import { decodeRunbook, parseRunbook } from '../../document/parse.ts'
import { lint } from '../../lint/lint.ts'
import { rules } from '../../lint/rules.ts'
import type { Problem } from '../../model/problem.ts'
import type { Lang } from '../../model/runbook.ts'
import { wordsOf, type Words } from '../../words/words.ts'
import { readHosts } from '../../workspace/inventory.ts'
import { linksFrom } from '../../workspace/links.ts'
import { listMarkdownFiles } from '../../workspace/markdown-files.ts'
import { readProject } from '../../workspace/project-file.ts'
import { findRoot } from '../../workspace/root.ts'
import { readBounded } from '../../workspace/text-file.ts'
import type { Call } from '../command-table.ts'
import { withoutEchoes } from '../echoes.ts'
import { EXIT } from '../exit.ts'
import { languageOf } from '../language.ts'
import { readBaseline, withoutKnown } from '../lint-baseline.ts'
import { outlineOf } from '../outline.ts'
import { explain, say } from '../output.ts'
import { errorsOf, usedTypes } from '../prepare.ts'
import { sorted, tellProblems, usageProblem } from '../problems-out.ts'
import { runGit } from '../run-git.ts'
import { loadUsed, openSteps } from '../step-types.ts'

interface Linted {
  readonly problems: readonly Problem[]
  readonly outline: readonly string[]
  readonly source: string
  readonly lang: Lang | null
}

/** `lint [FILE…]`: problems, without running anything. Without files, and for a folder: every runbook in it that git does not ignore. */
export async function command({ args, given }: Call): Promise<number> {
  const json = given.json === true
  const first = resolve(args[0] ?? '.')
  const root = findRoot((await isFolder(first)) ? first : dirname(first))
  const project = await readProject(root, rules)
  const inLanguage = (file: Lang | null): Words => wordsOf(languageOf({ flag: given.lang, file, project: project.lang }))
  const files = await filesOf(args.length === 0 ? [root] : args)
  const baseline = await readBaseline(project)
  const problems: Problem[] = [...project.problems, ...baseline.problems]
  const languages = new Set<Lang>()
  const sources = new Map<string, string>()
  let count = 0
  for (const { file, isFound } of files) {
    const linted = await lintFile(file, { given, isFound, wordsFor: inLanguage })
    if (linted === null) continue
    count += 1
    sources.set(file, linted.source)
    if (linted.lang !== null) languages.add(linted.lang)
    problems.push(...linted.problems)
    if (given.outline === true && !json) say([file, ...linted.outline, ''].join('\n'))
  }
  // A file that is none has its own problem.
  if (args.length > 0 && count === 0)
    problems.push(usageProblem({ rule: 'unreadable', reason: `Unexpected folder ${args.join(', ')}, expected a runbook in it` }))
  const all = withoutKnown(sorted(problems), baseline, root)
  // Files of two languages are told of in the reader's.
  const words = inLanguage(languages.size === 1 ? ([...languages][0] ?? null) : null)
  tellProblems(all, { json, words, sources, infos: true })
  const errors = errorsOf(all).length
  const warnings = all.filter(({ severity }) => severity === 'warning').length
  if (!json && given.quiet !== true && (all.length === 0 || files.length > 1))
    explain(errors + warnings === 0 ? words.cli.lintClean(count) : words.cli.lint(count, errors, warnings))
  return errors > 0 ? EXIT.usage : EXIT.passed
}

interface Listed {
  readonly file: string
  /** Found in a folder: what is no runbook there is passed over. */
  readonly isFound: boolean
}

/** The files named, and those of the folders named. */
async function filesOf(named: readonly string[]): Promise<readonly Listed[]> {
  const lists = named.map(async (name): Promise<readonly Listed[]> => {
    if (!(await isFolder(name))) return [{ file: name, isFound: false }]
    const found = await listMarkdownFiles(resolve(name), runGit)
    return found.map((file) => ({ file: relative(process.cwd(), resolve(name, file)), isFound: true }))
  })
  return (await Promise.all(lists)).flat()
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

async function lintFile(
  file: string,
  {
    given,
    isFound,
    wordsFor,
  }: { readonly given: Call['given']; readonly isFound: boolean; readonly wordsFor: (file: Lang | null) => Words },
): Promise<Linted | null> {
  const path = resolve(file)
  let bytes: Uint8Array
  try {
    const read = await readBounded(path)
    if (typeof read === 'string') {
      const rule = read.includes('size') ? 'too-large' : 'unreadable'
      return isFound ? null : { problems: [usageProblem({ rule, reason: read, file })], outline: [], source: '', lang: null }
    }
    bytes = read
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    const reason = `Unexpected file ${file}, expected a runbook: ${code === 'ENOENT' ? 'there is no such file' : code}`
    return { problems: [usageProblem({ rule: 'unreadable', reason, file })], outline: [], source: '', lang: null }
  }
  const decoded = decodeRunbook(bytes)
  if (!decoded.ok) {
    if (isFound) return null
    const rule = decoded.reason.includes('size') ? 'too-large' : 'not-text'
    return { problems: [usageProblem({ rule, reason: decoded.reason, file })], outline: [], source: '', lang: null }
  }
  const source = decoded.source.replace(/^\uFEFF/, '')
  const { runbook, problems } = parseRunbook({ file, source: decoded.source })
  if (runbook === null) return isFound ? null : { problems, outline: [], source, lang: null }
  const words = wordsFor(runbook.lang)
  const root = findRoot(dirname(path))
  const project = await readProject(root, rules)
  const steps = await openSteps({ root, folders: project.steps, extra: given.steps ?? [], trusted: given.trust === true })
  const { stepTypes, problems: broken } = await loadUsed(steps, usedTypes(runbook))
  const { hosts, problems: hostProblems } = await readHosts({ folder: project.inventory, root })
  const found = lint(runbook, {
    stepTypes,
    hosts,
    inventoryNames: null,
    ...linksFrom(dirname(path)),
    severities: project.policy.severities,
    interpreters: Object.keys(project.policy.interpreters),
    drill: given.drill !== undefined,
  })
  const untrusted = new Set(steps.untrusted.map(({ name }) => name))
  const unknown = [...new Set(usedTypes(runbook).filter((name) => untrusted.has(name)))]
  if (unknown.length > 0) explain(`! ${words.cli.untrusted(unknown.join(', '))}`)
  const kept = found.filter(({ rule, actual }) => rule !== 'unknown-step-type' || !untrusted.has(actual ?? ''))
  return {
    problems: withoutEchoes({ document: [...problems, ...broken, ...steps.problems, ...hostProblems], lint: kept, plan: [] }),
    outline: given.outline === true ? outlineOf(runbook, idsOf(runbook), words) : [],
    source,
    lang: runbook.lang,
  }
}
