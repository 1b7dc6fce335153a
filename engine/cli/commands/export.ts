import { exportBash } from '../../plan/export-bash.ts'
import { exportMarkdown } from '../../plan/export-md.ts'
import { writeFileSync } from 'node:fs'
import { redactorOf } from '../../secrets/redactor.ts'
import { visible } from '../../language/control.ts'
import type { Call } from '../command-table.ts'
import { EXIT } from '../exit.ts'
import { complain, write } from '../output.ts'
import { errorsOf, prepare } from '../prepare.ts'
import { tellProblems, usageProblem } from '../problems-out.ts'

/** `export FILE`: the same procedure for a person without the tool. */
export async function command({ args, given }: Call): Promise<number> {
  const json = given.json === true
  const prepared = await prepare(args[0] ?? '', given, { unattended: false, trusted: given.trust === true, noRow: true })
  const { words, planned, problems, file, source, runbook, stepTypes } = prepared
  const found = planned?.plan ?? null
  if (found === null || runbook === null || errorsOf(problems).length > 0) {
    tellProblems(problems, { json, words, sources: new Map([[file, source]]) })
    return EXIT.usage
  }
  const redactor = redactorOf([], prepared.project.policy.redact)
  // A value that must not be shown is asked for like one that nobody gave.
  const params = found.params.map((one) => (redactor.contains(one.value ?? '') ? { ...one, value: null } : one))
  const plan = { ...found, params }
  const textOf = (isRedacted: boolean): string =>
    given.format === 'md' ? exportMarkdown(plan, { runbook, stepTypes, words }) : exportBash(plan, { runbook, words, isRedacted })
  const clear = textOf(false)
  const isRedacted = redactor.text(clear) !== clear
  const text = redactor.text(textOf(isRedacted))
  if (isRedacted) complain(words.exported.redacted)
  if (given.out === undefined) {
    write(1, json ? `${JSON.stringify({ format: given.format ?? 'bash', text })}\n` : process.stdout.isTTY ? visible(text) : text)
    return EXIT.passed
  }
  try {
    writeFileSync(given.out, text, { flag: 'wx', mode: given.format === 'md' ? 0o644 : 0o755 })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    const reason = `Unexpected --out ${given.out}, expected a file that is not there yet: ${code}`
    tellProblems([usageProblem({ rule: 'out', reason })], { json, words })
    return EXIT.usage
  }
  complain(words.cli.created(given.out))
  return EXIT.passed
}
