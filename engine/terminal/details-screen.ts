import type { Plan, PlanEntry } from '../model/plan.ts'
import { branchText } from '../words/fact-sentence.ts'
import { hostText, terms } from './change-screen.ts'
import { command, type Look, paragraph, symbol } from './look.ts'
import { proseLines } from './prose.ts'
import { longName } from './step-place.ts'
import { valueLines } from './value-lines.ts'

const WORDS = new Set<PlanEntry['type']>(['manual', 'undo-by-hand', 'judge', 'box', 'record', 'approval', 'decision'])
const isWords = ({ type }: PlanEntry): boolean => WORDS.has(type)

/** Everything that will run, in order, with all values: what `d` shows before the start. */
export function detailsScreen(look: Look, plan: Plan): string[] {
  const values = plan.params.map(({ name, value, secret, ref, origin }) => ({
    name,
    text: secret ? '•••' : (value ?? `(${look.words.screen.knownLater}${ref === null ? '' : `, ${ref}`})`),
    origin,
  }))
  const known = values.filter(({ name }) => plan.params.some((one) => one.name === name && one.value !== null))
  return [
    ...(values.length === 0 ? [] : [`${look.words.overview.values}`, ...valueLines(look, values), '']),
    ...plan.parts.flatMap((part) => {
      const own = plan.steps.filter((entry) => entry.part === part.id)
      if (own.length === 0) return []
      const title = longName(plan, own[0]?.id ?? part.id)
      return [
        ...paragraph(look, title === '' ? look.words.sections[part.section] : title),
        ...proseLines({ ...look, width: look.width - 2 }, part.prose).map((line) => `  ${line}`.trimEnd()),
        ...own.flatMap((entry) => [
          ...paragraph(
            look,
            `${look.words.overview.kinds[entry.type]} ${entry.id}${entry.treatment === 'simulate' ? ` ${symbol(look, 'dot')} ${look.words.screen.simulated}` : ''}`,
            '  ',
          ),
          ...bodyLines(look, plan, entry),
          ...(entry.effect === 'reads'
            ? [hostText(look, entry, known)].filter((text) => text !== '').flatMap((text) => paragraph(look, text, '  '))
            : terms(look, { plan, entry, values: known })),
        ]),
        '',
      ]
    }),
  ]
}

/** A block's text as it will run; words as words; a decision row by row. */
function bodyLines(look: Look, plan: Plan, entry: PlanEntry): string[] {
  if (entry.type === 'decision')
    return entry.rows.flatMap((_, row) => paragraph(look, branchText(plan, entry.id, row, look.words), '  '))
  if (entry.text === '') return []
  return isWords(entry) ? paragraph(look, entry.text, '  ') : command(entry.text)
}
