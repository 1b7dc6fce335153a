import type { Runbook } from '../model/runbook.ts'

const EXECUTED: ReadonlySet<string> = new Set(['params', 'prereq', 'procedure', 'rollback', 'cleanup'])

/** The part of a runbook's text that decides what is executed: without its history, its contacts, its general information. */
export function executedText({ source, sections }: Runbook): string {
  const lines = source.replaceAll('\r\n', '\n').split('\n')
  return sections
    .flatMap(({ name, title }, index) => {
      if (!EXECUTED.has(name)) return []
      const end = sections[index + 1]?.title.place.line ?? lines.length + 1
      return lines.slice(title.place.line - 1, end - 1)
    })
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n')
}
