import { cpSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { wordsOf } from '../../words/words.ts'
import type { Call } from '../command-table.ts'
import { isTerminal } from '../faces.ts'
import { languageOf } from '../language.ts'
import { complain } from '../output.ts'
import { runFile } from '../run-file.ts'
import { toolRoot } from '../tool-root.ts'

/** The runbook that shows most in the least time. */
const FIRST = 'release-switch'

/** `start`: a first runbook on a scratch folder of its own: attended on a terminal, unattended without one. */
export async function command({ given }: Call): Promise<number> {
  const words = wordsOf(languageOf({ flag: given.lang, file: null, project: null }))
  const scratch = mkdtempSync(join(tmpdir(), 'reprise-start-'))
  for (const folder of ['runbooks', 'templates']) cpSync(join(toolRoot(), folder), join(scratch, folder), { recursive: true })
  // A root of its own: neither the records nor the row go anywhere else.
  writeFileSync(join(scratch, 'reprise.yaml'), 'runs: .reprise/runs\n')
  process.chdir(scratch)
  const file = join('runbooks', `${FIRST}.md`)
  complain(`${words.cli.startHead}\n  ${join(scratch, file)}\n`)
  const unattended = !isTerminal()
  const flags = unattended
    ? {
        ...given,
        unattended: true as const,
        answers: join('runbooks', `${FIRST}.answers.yaml`),
        runs: join(scratch, '.reprise', 'runs'),
      }
    : given
  const code = await runFile(file, flags, { unattended, writesRow: true, planOf: (plan) => plan })
  const runs = join(scratch, '.reprise', 'runs')
  const run = readdirSync(runs, { withFileTypes: true }).find((entry) => entry.isDirectory() && entry.name.startsWith('r-'))?.name
  if (run !== undefined)
    complain(
      [
        '',
        words.cli.startRow(join(scratch, file)),
        words.cli.startRecords(join(runs, run)),
        words.cli.startVerify(`${calledAs(process.argv[1] ?? '')} journal verify ${run}`, scratch),
      ].join('\n'),
    )
  return code
}

/** How this was called, so that it can be called again from elsewhere. */
const calledAs = (program: string): string => (basename(program) === 'reprise' ? 'reprise' : `node ${resolve(program)}`)
