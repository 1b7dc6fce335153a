import { join, relative, resolve } from 'node:path'
import { slug } from '../../language/fold.ts'
import { wordsOf } from '../../words/words.ts'
import { createRunbook } from '../../workspace/new-runbook.ts'
import { readProject } from '../../workspace/project-file.ts'
import { findRoot } from '../../workspace/root.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { languageOf } from '../language.ts'
import { operatorOf } from '../operator.ts'
import { say } from '../output.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'
import { toolRoot } from '../tool-root.ts'

/** `new TITLE`: a runbook from a template; never overwrites. */
export async function command({ args, given }: Call): Promise<number> {
  const title = (args[0] ?? '').trim()
  const json = given.json === true
  const root = findRoot(process.cwd())
  const project = await readProject(root)
  const lang = languageOf({ flag: given.lang, file: null, project: project.lang })
  const words = wordsOf(lang)
  const id = slug(title)
  if (id === '') {
    tellProblems([usageProblem({ rule: 'title', reason: `Unexpected title "${title}", expected words` })], { json, words })
    return EXIT.usage
  }
  const out = resolve(given.out ?? `${id}.md`)
  const made = await createRunbook({
    title,
    lang,
    ...(given.template === undefined ? {} : { template: given.template }),
    folders: [join(root, 'templates'), join(toolRoot(), 'templates')],
    out,
    date: new Date().toISOString().slice(0, 10),
    owner: operatorOf(given, 'attended', root).name,
    id,
  })
  if (!made.ok) {
    tellProblems([made.problem], { json, words })
    return EXIT.usage
  }
  const file = relative(process.cwd(), out)
  say(json ? JSON.stringify({ file }) : words.cli.created(file))
  return EXIT.passed
}
