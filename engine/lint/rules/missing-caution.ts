import { fold } from '../../language/fold.ts'
import type { Block, Step } from '../../model/runbook.ts'
import { isIrreversible } from '../changes.ts'
import { defineRule } from '../define-rule.ts'
import { stepsOf, textOf } from '../spots.ts'

/**
 * Something irreversible, or something that asks for the environment's name, without a visible caution in its step: people without the tool see no attributes.
 *
 * ````markdown ok
 * > [!CAUTION]
 * > From here the clients write to the other cluster.
 *
 * ```bash {command irreversible confirm=env}
 * switch
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command irreversible}
 * switch
 * ```
 * ````
 * → 1:1 warning
 */
export default defineRule({
  name: 'missing-caution',
  severity: 'warning',
  check(runbook, _context, report) {
    if (!/irreversible|confirm=/.test(runbook.source)) return
    for (const { step } of stepsOf(runbook)) {
      const block = step.items.find((item): item is Block => item.type === 'block' && needsCaution(item))
      if (block === undefined || isCautious(step)) continue
      const what = isIrreversible(block) ? 'irreversible block' : 'block with `confirm=env`'
      report({
        place: block.place,
        reason: `Unexpected ${what} without a visible caution, expected \`> [!CAUTION]\` above it`,
        expected: ['> [!CAUTION]'],
      })
    }
  },
})

function needsCaution(block: Block): boolean {
  return isIrreversible(block) || (textOf(block, 'confirm') === 'env' && block.role === 'command')
}

function isCautious({ items, title }: Step): boolean {
  const texts = items.flatMap((item) =>
    item.type === 'prose' || item.type === 'box' ? [item.text] : item.type === 'label' ? [item.text, item.after] : [],
  )
  return [title, ...texts].some(
    (text) =>
      /\[!(?:CAUTION|WARNING|IMPORTANT)\]|⚠/i.test(text) ||
      /\b(?:caution|warning|danger|attention|irreversible|avertissement|point of no return|point de non-retour|cannot be undone|no way back)\b/.test(
        fold(text),
      ),
  )
}
