import type { Block } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import type { Command, Script } from '../script.ts'
import { joinedTo, scriptOf } from '../shell-of.ts'
import { attributeOf, isProof, scriptsOf, textOf } from '../spots.ts'

/**
 * A check, wait or validation that also passes when its own tool fails: `[ -z "$(…)" ]`, `! grep`, `… || true`, nothing at all; or that ends in an `if` which only prints, whichever side it takes (a warning where something before it can fail).
 *
 * An error in a fence without braces too.
 *
 * ````markdown ok
 * ```bash {check}
 * urp=$(kafka-topics.sh --describe --under-replicated-partitions)
 * [ -z "$urp" ]
 * if ! grep -q ready kafka.log; then exit 1; fi
 * if [ -z "$(pgrep kafka)" ]; then exit 1; fi
 * [ -z "$(pgrep kafka)" ] && exit 1
 * rm -f lock || true
 * grep -q ready kafka.log
 * ```
 *
 * ```bash {check capture=count:int}
 * grep -c error kafka.log || true
 * ```
 *
 * ```bash {check}
 * if kafka-ready; then echo up; else echo down; false; fi
 * ```
 *
 * ```bash {check capture=state}
 * if kafka-ready; then echo up; else echo down; fi
 * ```
 *
 * ```bash {check}
 * curl --fail -o lag.json http://localhost:8080
 * grep warning lag.json || true
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {check}
 * [ -z "$(kafka-topics.sh --describe --under-replicated-partitions)" ]
 * ! grep -q error kafka.log
 * ```
 *
 * ```bash {check}
 * sleep 1
 * curl --fail http://localhost:8080 || true
 * ```
 *
 * ```bash {check}
 * # later
 * ```
 *
 * ```bash {check}
 * if kafka-ready --timeout 10; then echo up; fi
 * ```
 *
 * ```bash {check}
 * state=$(kafka-state)
 * if [ "$state" = ready ]; then echo up; else echo down; fi
 * ```
 * ````
 * → 2:1 error
 * → 3:1 error
 * → 8:35 error
 * → 11:1 error
 * → 16:4 error
 * → 21:4 warning
 */
export default defineRule({
  name: 'proof-cannot-fail',
  severity: 'error',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!isProof(block)) continue
      const shell = scriptOf(block)
      if (shell.commands.length === 0) {
        if (block.body.trim() !== '')
          report({
            place: block.place,
            reason: `Unexpected empty \`${block.role}\`, which always passes, expected a command that can fail`,
          })
        continue
      }
      for (const { offset, end, what } of faults(shell, block)) {
        report({
          place: placeIn(block, offset, end),
          reason: `Unexpected ${what}, which passes when its own tool fails, expected a proof that can fail`,
          actual: what,
        })
      }
      const open = isOutputJudged(block) ? null : openIf(shell, block)
      if (open !== null)
        report({
          place: placeIn(block, open.offset, open.end),
          reason: 'Unexpected `if` that passes on both its sides, expected a side that fails, such as `else false`',
          severity: open.isAll ? 'error' : 'warning',
        })
    }
  },
})

/** The `if` that ends a block without a side that can fail, and whether it is all that the block proves. */
function openIf({ commands }: Script, block: Block): { offset: number; end: number; isAll: boolean } | null {
  let from = commands.length
  while (from > 0 && isOfLastIf(commands, from - 1, block.body)) from -= 1
  const first = commands[from]
  const sides = commands.slice(from).filter(({ around }) => !around.includes('if'))
  if (first === undefined || !sides.every(onlySays)) return null
  return { offset: first.offset, end: first.words.at(-1)?.end ?? first.end, isAll: commands.slice(0, from).every(alwaysPasses) }
}

function isOfLastIf(commands: readonly Command[], at: number, body: string): boolean {
  const command = commands[at]
  const next = commands[at + 1]
  if (command === undefined || command.around.includes('function')) return false
  const isIn = command.around.includes('if') || command.around.includes('then')
  return isIn && (next === undefined || !/(?:^|[\s;])fi(?:$|[\s;])/.test(body.slice(command.end, next.offset)))
}

/** It prints, or ends the block well. */
function onlySays({ words, redirects }: Command): boolean {
  const [name, code] = words
  if (/^(?:exit|return)$/.test(name?.value ?? '')) return code?.value === '0'
  return redirects.length === 0 && /^(?:echo|printf|true|:|log|logger|sleep|date)$/.test(name?.value ?? '')
}

function* faults(shell: Script, block: Block): Generator<{ offset: number; end: number; what: string }> {
  for (const command of shell.commands) {
    const { words, offset, negated } = command
    const first = startOf(shell, command, block.body)
    const end = words.at(-1)?.end ?? offset
    if (isJudged(command) && testsEmpty(command) && !failsAfter(shell, command))
      yield { offset: first, end, what: '`[ -z "$(…)" ]`' }
    if (isJudged(command) && negated && isGrep(command)) yield { offset: first, end, what: '`! grep`' }
  }
  const last = shell.commands.at(-1)
  if (last === undefined || !swallows(last) || !isPlain(last) || isOutputJudged(block)) return
  let first = shell.commands.length - 1
  while (first > 0 && !['', ';'].includes(shell.commands[first]?.before ?? '')) first -= 1
  if (!shell.commands.slice(0, first).every(alwaysPasses)) return
  yield {
    offset: Math.max(0, block.body.lastIndexOf('||', last.offset)),
    end: last.words.at(-1)?.end ?? last.end,
    what: '`|| true`',
  }
}

/** In a list or a loop, where its exit code counts. */
function isPlain({ around }: Command): boolean {
  return around.every((one) => one === '{' || one === 'loop')
}

/** What stands before the proof without proving anything. */
function alwaysPasses(command: Command): boolean {
  const { words, around } = command
  return (
    (isPlain(command) &&
      (words.length === 0 || /^(?:echo|printf|sleep|cd|set|export|true|:|date|local)$/.test(words[0]?.value ?? ''))) ||
    around.at(-1) === 'for'
  )
}

/** Its exit code is the block's, or that of an `until`. */
function isJudged({ around }: Command): boolean {
  return around.every((one) => one === '{' || one === 'loop' || one === 'until' || one === 'then')
}

function testsEmpty({ words, negated }: Command): boolean {
  const values = words.map(({ value }) => value)
  const isTest = ['[', '[[', 'test'].includes(values[0] ?? '')
  const at = values.findIndex(
    (value, index) => (value === '-z' || (value === '-n' && (negated || values[index - 1] === '!'))) && index > 0,
  )
  if (!isTest || at === -1 || (values[at] === '-z' && (negated || values[at - 1] === '!'))) return false
  const operand = words[at + 1]
  return operand !== undefined && operand.expansions.some(({ kind }) => kind === 'command')
}

function isGrep(command: Command): boolean {
  return /^(?:[efz]|bz|xz)?grep$|^(?:rg|ag|ack)$/.test(command.program.name)
}

/** `[ -z "$(…)" ] && exit 1`: emptiness is the failure. */
function failsAfter(shell: Script, command: Command): boolean {
  if (command.after !== '&&') return false
  return joinedTo(shell, command).some(({ words }) => /^(?:exit|return|false|fail|die|abort)$/.test(words[0]?.value ?? ''))
}

/** Where the `!` of its pipeline stands, or the pipeline's beginning. */
function startOf(shell: Script, command: Command, body: string): number {
  let first = command
  for (let at = shell.commands.indexOf(command); first.before === '|' && at > 0; at -= 1) {
    const before = shell.commands[at - 1]
    if (before !== undefined && before.around.length === command.around.length) first = before
  }
  if (!command.negated) return command.offset
  const sign = body.lastIndexOf('!', first.offset)
  return sign === -1 ? first.offset : sign
}

function swallows({ before, words, assigns }: Command): boolean {
  const [name, code] = words
  if (before !== '||' || assigns.length > 0) return false
  return ['true', ':', '/bin/true'].includes(name?.value ?? '') || (name?.value === 'exit' && code?.value === '0')
}

/** What it prints is judged, and not by being empty. */
function isOutputJudged(block: Block): boolean {
  const expect = textOf(block, 'expect')
  return (
    attributeOf(block, 'capture') !== null || attributeOf(block, 'assert') !== null || (expect !== null && expect !== 'empty')
  )
}
