import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../engine/lint/rules/', import.meta.url))

export interface RuleExample {
  readonly rule: string
  readonly number: number
  readonly markdown: string
  /** Lines put in front of a snippet that is not a whole file. */
  readonly shift: number
  /** `line:column severity`, sorted; lines count from the snippet's first. */
  readonly expected: readonly string[]
}

/** Names of the files in `engine/lint/rules`. */
export const ruleFiles: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))

/** The examples in the doc comment of a rule's file: what is there must be reported, and nothing else. */
export function examplesOf(rule: string): RuleExample[] {
  const comment =
    /\/\*\*(?:(?!\*\/)[\s\S])*?````markdown[\s\S]*?\*\//.exec(readFileSync(`${folder}${rule}.ts`, 'utf8'))?.[0] ?? ''
  const text = comment.replace(/^ \*(?: |$)/gm, '').replaceAll('&#32;', ' ')
  return [...text.matchAll(/^````markdown (ok|not-ok)\n([\s\S]*?)\n````\n((?:→ .*\n)*)/gm)].map((match, index) => {
    const [, kind, body = '', arrows = ''] = match
    const expected = [...arrows.matchAll(/^→ (\d+:\d+ \w+)$/gm)].map((arrow) => arrow[1] ?? '')
    if ((kind === 'ok') !== (expected.length === 0))
      throw new Error(`${rule}: example ${index + 1} is ${kind} and expects ${expected.length}`)
    const before = [
      /^# /m.test(body.split('\n')[0] ?? '') ? '' : '# Example\n\n',
      /^## /m.test(body) ? '' : '## Procedure\n\n',
      /^### |^## /m.test(body) ? '' : '### Step 1: Do it\n\n',
    ].join('')
    const lead =
      /^## /m.test(body) || !body.includes('### Step 2') || body.startsWith('###') ? before : `${before}### Step 1: Do it\n\n`
    return { rule, number: index + 1, markdown: `${lead}${body}\n`, shift: lead.split('\n').length - 1, expected }
  })
}
