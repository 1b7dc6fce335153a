import type { Face } from '../local/face.ts'
import type { Interrupts } from '../local/interrupts.ts'
import type { SecretsOf } from '../local/secrets-of.ts'
import type { Lang } from '../model/runbook.ts'
import { factLine } from '../report/json.ts'
import { openTerminal, type Terminal } from '../terminal/attended.ts'
import { openPlain } from '../terminal/plain.ts'
import { wordsOf } from '../words/words.ts'
import { editText } from './editor.ts'
import type { Given } from './flags.ts'
import { explain, say, write } from './output.ts'

/** Is a person there to be asked? Where a question is read from decides, not where it is shown. */
export function isTerminal(): boolean {
  return process.stdin.isTTY === true
}

/** Colour only where it is wanted: `NO_COLOR` and `--no-color` win, whatever they say. */
export function wantsColor(given: Given): boolean {
  const { NO_COLOR = '', TERM } = process.env
  return given.noColor !== true && NO_COLOR === '' && TERM !== 'dumb'
}

/** Opens the terminal of an attended run; with `--json` it moves to standard error. */
export function attendedFace(
  given: Given,
  {
    lang,
    interrupts,
    secretsOf,
  }: { readonly lang: Lang; readonly interrupts: Interrupts; readonly secretsOf: () => SecretsOf | null },
): Terminal {
  const output = given.json === true ? process.stderr : process.stdout
  // Where it is shown may be full or gone: what is done and recorded goes on.
  output.on('error', () => undefined)
  return openTerminal({
    lang,
    input: process.stdin,
    output,
    color: wantsColor(given),
    columns: () => output.columns,
    now: () => Date.now(),
    editor: editText,
    onInterrupt: () => interrupts.raise('SIGINT'),
    onMessage: (message) => interrupts.say(message),
    keepSecret: (name, text) => {
      const ref = `typed:${name}`
      secretsOf()?.add({ name, ref, value: text })
      return ref
    },
  })
}

/** Lines of a run that nobody is asked about; with `--json` one fact a line on standard output. */
export function unattendedFace(given: Given, lang: Lang): Face {
  const json = given.json === true
  const plain = openPlain({
    words: wordsOf(lang),
    write: (text) => write(json ? 2 : 1, text),
    now: () => new Date(),
    quiet: given.quiet === true || json,
  })
  if (!json) return plain
  return {
    ...plain,
    fact: (stamped) => say(factLine(stamped)),
    output: () => undefined,
    progress: () => undefined,
    warn: (text) => explain(`! ${text}`),
    tell: (text) => explain(text),
  }
}

/** An attended run whose facts go to standard output as well. */
export function withFactLines(face: Face): Face {
  return {
    ...face,
    fact(stamped, plan, state) {
      say(factLine(stamped))
      face.fact(stamped, plan, state)
    },
  }
}
