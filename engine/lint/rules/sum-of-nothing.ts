import { defineRule } from '../define-rule.ts'
import { captures } from '../names.ts'
import { placeIn } from '../place-in.ts'
import type { Command } from '../script.ts'
import { scriptOf } from '../shell-of.ts'
import { isProof, scriptsOf, textOf } from '../spots.ts'

/**
 * A sum by `awk` that a condition compares: without a line to add it is empty, and the condition is not met, as if it were low.
 *
 * ````markdown ok
 * ```bash {check capture=lag:int assert="lag <= 100"}
 * lag=$(kafka-lag | awk '{sum += $2} END {print sum}')
 * ```
 *
 * ```bash {check}
 * lag=$(kafka-lag | awk '{sum += $2} END {print sum}')
 * [ "$lag" -le 100 ]
 * ```
 *
 * ```bash {check}
 * lag=$(kafka-lag | awk '{sum += $2} END {print sum}')
 * if [ "${lag:?}" -gt 100 ]; then false; fi
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {check}
 * lag=$(kafka-lag | awk '{sum += $2} END {print sum}')
 * if [ "$lag" -gt 100 ]; then false; fi
 * ```
 * ````
 * → 3:4 warning
 */
export default defineRule({
  name: 'sum-of-nothing',
  severity: 'warning',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!isProof(block) || !block.body.includes('awk')) continue
      const { commands } = scriptOf(block)
      const judged = captures(textOf(block, 'capture') ?? '').map(({ name }) => name)
      const names = sums(commands).filter((name) => !judged.includes(name) && !block.body.includes(`\${${name}:`))
      for (const command of commands) {
        const name = names.find((one) => isCompared(command, one))
        if (name === undefined) continue
        report({
          place: placeIn(block, command.offset, command.end),
          reason: `Unexpected sum \`${name}\` in a condition, which is not met where there was nothing to add, expected \`capture=${name}:int\` and \`assert=\``,
          actual: name,
        })
      }
    }
  },
})

/** Names whose value is what `awk` prints in its end. */
function sums(commands: readonly Command[]): string[] {
  const last = commands.filter(
    ({ program, after, around }) =>
      /^[gm]?awk$/.test(program.name) &&
      after !== '|' &&
      around.at(-1) === '$(' &&
      program.args.some(({ value }) => /END\s*\{\s*print\s+\w+\s*;?\s*\}/.test(value)),
  )
  return commands.flatMap(({ assigns }) =>
    assigns.filter(({ word }) => last.some(({ offset }) => offset >= word.offset && offset < word.end)).map(({ name }) => name),
  )
}

/** By number, where a command of its own that fails is no failure. */
function isCompared({ words, around, after }: Command, name: string): boolean {
  const isTest =
    ['[', '[[', 'test'].includes(words[0]?.value ?? '') && words.some(({ value }) => /^-(?:[gl][te]|eq|ne)$/.test(value))
  const isCondition = around.some((one) => one === 'if' || one === 'while' || one === 'until') || after === '&&' || after === '||'
  return isTest && isCondition && words.some(({ expansions }) => expansions.some((one) => one.name === name))
}
