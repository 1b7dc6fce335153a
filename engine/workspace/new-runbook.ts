import { constants } from 'node:fs'
import { mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Problem } from '../model/problem.ts'
import type { Lang } from '../model/runbook.ts'
import { problemOf } from './problem-of.ts'
import { fillTemplate } from './template.ts'
import { readTextFile } from './text-file.ts'

/** Ends of a template's file name, the language's own first. */
const endsOf = (lang: Lang): readonly string[] => [`.${lang}.md.hbs`, '.md.hbs']

export interface NewRunbook {
  readonly title: string
  readonly lang: Lang
  /** Name of a template, without its ends. @default 'new-runbook' */
  readonly template?: string
  /** Folders of templates, a team's own first. */
  readonly folders: readonly string[]
  /** Where it goes. Nothing is ever overwritten. */
  readonly out: string
  /** UTC day: `2026-11-20`. */
  readonly date: string
  readonly owner: string
  /** File name without its end: the runbook's ID. */
  readonly id: string
}

/** Writes a new runbook from a template. Templates know `title`, `id`, `date`, `owner` and `lang`. */
export async function createRunbook(
  request: NewRunbook,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: Problem }> {
  const { title, lang, template = 'new-runbook', folders, out, date, owner, id } = request
  const found = await findTemplate(folders, template, lang)
  if (found === null) {
    const known = await listTemplates(folders, lang)
    const reason = `Unexpected template "${template}", expected ${known.join(', ')}`
    return { ok: false, problem: problemOf(out, { rule: 'template', reason, expected: known, actual: template }) }
  }
  const filled = fillTemplate(found.text, { title: oneLine(title), id, date, owner: oneLine(owner), lang })
  if (!filled.ok) {
    const { line, column, reason, expected, actual } = filled
    const place = { line, column, endLine: line, endColumn: column + (actual?.length ?? 1) }
    return { ok: false, problem: problemOf(found.file, { rule: 'template', place, reason, expected, actual }) }
  }
  return writeNew(out, filled.text)
}

/** Names of the templates that `new` finds, sorted. */
export async function listTemplates(folders: readonly string[], lang: Lang): Promise<readonly string[]> {
  const files = (await Promise.all(folders.map(async (folder) => readdir(folder).catch(() => [])))).flat()
  const names = files.flatMap((file) =>
    endsOf(lang)
      .filter((end) => file.endsWith(end))
      .slice(0, 1)
      .map((end) => file.slice(0, -end.length)),
  )
  return [...new Set(names)].filter((name) => !/\.(?:en|fr)$/.test(name)).toSorted()
}

async function findTemplate(
  folders: readonly string[],
  name: string,
  lang: Lang,
): Promise<{ readonly file: string; readonly text: string } | null> {
  if (!/^[\w.-]+$/.test(name)) return null
  for (const folder of folders)
    for (const end of endsOf(lang)) {
      const file = join(folder, `${name}${end}`)
      const found = await readTextFile(file)
      if (found.status === 'read') return { file, text: found.text }
    }
  return null
}

async function writeNew(
  out: string,
  text: string,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: Problem }> {
  const refused = (reason: string): { readonly ok: false; readonly problem: Problem } => ({
    ok: false,
    problem: problemOf(out, { rule: 'template', reason }),
  })
  try {
    await mkdir(dirname(out), { recursive: true })
    const handle = await open(out, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666)
    try {
      await handle.writeFile(text)
    } finally {
      await handle.close()
    }
    return { ok: true }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return refused(
      code === 'EEXIST'
        ? `Unexpected file ${out}, expected a name that is free: nothing is overwritten`
        : `Unexpected error ${code ?? String(error)}, expected to write ${out}`,
    )
  }
}

/** Words of a person as they can stand in a heading: one line, no control characters. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
}
