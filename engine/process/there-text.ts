import { quoted, STATE_TEXT } from './prelude.ts'

/** What a block's shell on another host is given. */
export interface ThereText {
  readonly text: string
  readonly setup: string
  /** Values that it sees beside what the host's own environment has. */
  readonly env: Readonly<Record<string, string>>
  /** Names that earlier blocks took away. */
  readonly unset: readonly string[]
  readonly captureNames: readonly string[]
  /** Null: where a login starts. */
  readonly cwd: string | null
  readonly interpreter?: readonly string[]
  /** It has the terminal: marks that its shell sets itself, as nobody starts it from beside. Null: it has none. */
  readonly terminal: { readonly task: string; readonly run: string } | null
}

/**
 * What `bash -s` reads on another host, on one line: by its end standard input is empty, and LINENO counts the author's lines.
 * It tells its pid, its state before the author's text and at its end; values are set by the shell itself, so that they stand
 * in no command line and in no file.
 */
export function thereText({ text, setup, env, unset, captureNames, cwd, interpreter, terminal }: ThereText): string {
  const missing = `the folder ${cwd ?? ''} does not exist`
  const begin = [
    ...(terminal === null
      ? ['exec </dev/null']
      : ['exec 3>"${0%/*}/told"', `export REPRISE_TASK=${quotedValue(terminal.task)} REPRISE_RUN=${quotedValue(terminal.run)}`]),
    `printf 'P\\0%s\\0' "$$" >&3`,
    ...Object.entries(env).map(([name, value]) => `export ${name}=${quotedValue(value)}`),
    ...(unset.length === 0 ? [] : [`unset -v ${unset.join(' ')} || :`]),
    ...(cwd === null
      ? []
      : [`cd -- ${quotedValue(cwd)} 2>/dev/null || { printf 'N\\0%s\\0' ${quotedValue(missing)} >&3; exit 1; }`]),
  ]
  if (interpreter !== undefined) {
    const words = interpreter.map(quotedValue).join(' ')
    return [...begin, `exec 3>&- ${words} <(printf %s ${quoted(text)})`].join('; ')
  }
  const hidden = captureNames.map((name) => `declare +x ${name}`)
  const whole = [...(setup === '' ? [] : [`eval ${quoted(setup)}`]), `eval ${quoted(text)}`]
  return [...begin, STATE_TEXT, ...(terminal === null ? [] : [TELL_EXIT]), '__reprise_state', ...hidden, 'set -a', ...whole].join(
    '; ',
  )
}

/** Nobody beside it sees how this shell ends: it tells itself, after the author's own trap. */
const TELL_EXIT = `builtin trap '{ __reprise_was=$? __reprise_flags=$-; set +ax; } 2>/dev/null; __reprise_exit; builtin printf "X\\0%s\\0" "$__reprise_was" >&198' EXIT`

/** Control characters by number: bash keeps some of them for itself. */
const quotedValue = (text: string): string =>
  quoted(text).replace(/[\x01-\x1f\x7f]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
