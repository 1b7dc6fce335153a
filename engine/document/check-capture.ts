import { nearest } from '../language/nearest.ts'
import type { Located, Place } from '../model/problem.ts'
import type { Block, Runbook } from '../model/runbook.ts'
import { columnInValue } from './info-string.ts'
import { lineText } from './lines.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'

/** Types of captures. */
export const captureTypes: readonly string[] = ['int', 'number', 'bool', 'duration', 'string', 'json', 'lines', 'secret']

/** Names that the engine always sets. */
export const builtIns: readonly string[] = ['RUN_ID', 'RUN_DIR', 'ENVIRONMENT', 'DRILL', 'ITEM_INDEX']

/** Whether a word can name a variable of a shell. */
export function isName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)
}

/** One entry of `capture="lag:int, age:duration"`; offsets are in the attribute's value. */
export interface Capture {
  /** The variable that gets the value. */
  readonly name: string
  readonly type: string | null
  /** Of a typed step: the output's name. */
  readonly output: string | null
  readonly offset: number
  readonly length: number
}

/** Reads a `capture` attribute. Of a typed step the first word is the output, the second the variable. */
export function readCaptures(text: string, typedStep: boolean): Capture[] {
  const found: Capture[] = []
  let offset = 0
  for (const part of text.split(',')) {
    const trimmed = part.trim()
    const at = offset + part.length - part.trimStart().length
    offset += part.length + 1
    const [first = '', second, third] = trimmed.split(':').map((word) => word.trim())
    const common = { offset: at, length: trimmed.length }
    if (typedStep) found.push({ ...common, name: second ?? first, output: first, type: third ?? null })
    else found.push({ ...common, name: first, output: null, type: third === undefined ? (second ?? null) : `${second}:${third}` })
  }
  return found
}

/** Checks a `capture` attribute: names, types, and that no parameter and no built-in has that name. */
export function checkCapture(
  reading: Reading,
  runbook: Runbook,
  { block, value }: { readonly block: Block; readonly value: Located<string> },
): void {
  const raw = lineText(reading.lines, value.place.line).slice(value.place.column - 1, value.place.endColumn - 1)
  for (const { name, type, offset, length } of readCaptures(value.value, block.kind === 'yaml')) {
    const column = value.place.column + columnInValue(raw, offset)
    const place: Place = {
      line: value.place.line,
      column,
      endLine: value.place.line,
      endColumn: Math.max(column + 1, value.place.column + columnInValue(raw, offset + length)),
    }
    if (!isName(name))
      report(reading, {
        rule: 'capture-name',
        place,
        reason: `Unexpected capture "${name}", expected NAME or NAME:TYPE`,
        expected: ['lag:int'],
        actual: name,
      })
    else checkFree(reading, runbook, { value: name, place })
    if (type === null || captureTypes.includes(type)) continue
    report(reading, {
      rule: 'capture-type',
      place,
      reason: `Unexpected type "${type}", expected ${captureTypes.join(', ')}`,
      expected: captureTypes,
      actual: type,
      nearest: nearest(type, captureTypes),
    })
  }
}

/** Names with which a value would choose what the shell, the loader or an interpreter runs: no runbook's to set. */
const STEERING =
  /^(?:PATH|ENV|IFS|PS4|CDPATH|GLOBIGNORE|PROMPT_COMMAND|SHELLOPTS|BASHOPTS|BASH_.*|LD_.*|DYLD_.*|NODE_OPTIONS|NODE_PATH|PYTHONPATH|PYTHONSTARTUP|PYTHONHOME|PERL5OPT|PERL5LIB|RUBYOPT|RUBYLIB|JAVA_TOOL_OPTIONS|GIT_(?:SSH|SSH_COMMAND|EXTERNAL_DIFF|CONFIG.*)|__reprise.*)$/

/** Why a name may not be a parameter's or a capture's, or null. */
export function whyReserved(name: string): string | null {
  if (builtIns.includes(name)) return 'which the engine sets'
  return STEERING.test(name) ? 'which decides what a shell or a program runs' : null
}

/** A captured or recorded name must not be a parameter's or the engine's. */
export function checkFree(reading: Reading, runbook: Runbook, { value, place }: Located<string>): void {
  const param = runbook.params.find(({ name }) => name.value === value)
  const why = whyReserved(value)
  if (param !== undefined || why !== null)
    report(reading, {
      rule: 'reserved-name',
      place,
      reason:
        param === undefined
          ? `Unexpected name ${value}, ${why ?? ''}: expected another`
          : `Unexpected name ${value}, which is a parameter's: expected another`,
      actual: value,
      cause: param?.name ?? null,
    })
}
