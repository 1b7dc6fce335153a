/** Spare descriptor on which a block's state leaves its shell; high, so that no author's `exec 3>` meets it. */
const FD = 198

/*
 * The author's own EXIT trap runs first and ours last, so `trap` is a function: in a subshell it is the builtin again.
 * The state is written before and after the author's trap: a trap that calls `exit` itself still leaves the first one.
 * Inside a function bash gives ERR, DEBUG and RETURN back at its end, unless they were set: so there `:` stands for `-`.
 * What is ours runs without `set -x` and `set -a`: it shows in no trace and in no command's environment.
 */
const LINES = [
  `exec ${FD}>&3 3>&-`,
  '__reprise_on_exit=',
  `__reprise_state() { builtin printf 'S\\0%s\\0' "\${PWD-}" >&${FD}; builtin export -p >&${FD}; builtin printf '\\0' >&${FD}; builtin compgen -A arrayvar >&${FD} || :; builtin printf '\\0E\\0' >&${FD}; }`,
  '__reprise_is() { return "$1"; }',
  // A child that is ended between fork and exec would still run this.
  `__reprise_exit() {
if [[ $BASHPID != $$ ]]; then return; fi;
__reprise_state;
if [[ -n $__reprise_on_exit ]]; then
if { [[ $__reprise_flags != *a* ]] || set -a; [[ $__reprise_flags != *x* ]] || set -x; __reprise_is $__reprise_was; } 2>/dev/null;
then eval "$__reprise_on_exit"; else eval "$__reprise_on_exit"; fi;
{ set +x; } 2>/dev/null; __reprise_state; fi; }`,
  `trap() {
{ local -; set +ax; } 2>/dev/null;
if ((BASH_SUBSHELL > 0 || $# == 0)) || [[ $1 == -[lp]* ]]; then builtin trap "$@"; return; fi;
if [[ $1 == -- ]]; then shift; fi;
local __reprise_do=- __reprise_signal __reprise_set=() __reprise_back=();
if (($# > 1)) && [[ ! $1 =~ ^[0-9]+$ ]]; then __reprise_do=$1; shift; fi;
for __reprise_signal; do
case \${__reprise_signal^^} in
EXIT | SIGEXIT | 0) if [[ $__reprise_do == - ]]; then __reprise_on_exit=; else __reprise_on_exit=$__reprise_do; fi ;;
ERR | SIGERR | DEBUG | SIGDEBUG | RETURN | SIGRETURN) if [[ $__reprise_do == - ]]; then __reprise_back+=("$__reprise_signal"); else __reprise_set+=("$__reprise_signal"); fi ;;
*) __reprise_set+=("$__reprise_signal") ;;
esac; done;
if ((\${#__reprise_back[@]} > 0)); then builtin trap : "\${__reprise_back[@]}"; fi;
if ((\${#__reprise_set[@]} > 0)); then builtin trap -- "$__reprise_do" "\${__reprise_set[@]}"; fi; }`,
  `builtin trap '{ __reprise_was=$? __reprise_flags=$-; set +ax; } 2>/dev/null; __reprise_exit' EXIT`,
]

/** How a block's state gets out. On one line, and the author's text goes on in it: LINENO cannot be set, so this is how bash names the author's own line numbers. */
export const STATE_TEXT = LINES.map((line) => line.replaceAll('\n', ' ')).join('; ')

/** The script that bash gets: how its state gets out, the author's setup, the author's text with its own line numbers. */
export function withPrelude({
  text,
  setup,
  hide,
}: {
  readonly text: string
  readonly setup: string
  readonly hide: readonly string[]
}): string {
  // A captured name that already has a value is exported again only if the block assigns it: that is how we know.
  const hidden = hide.map((name) => `declare +x ${name}; `).join('')
  // Bash parses a whole line before it runs it: what follows aliases and settings is parsed only when they hold.
  const whole = setup === '' ? text : `eval ${quoted(setup)}; eval ${quoted(text)}`
  return `${STATE_TEXT}; ${hidden}set -a; ${whole}\n`
}

/** A word that bash reads as this text, on one line. */
export const quoted = (text: string): string => `$'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`

/** What a shell said of its state at its end. */
export interface ShellState {
  readonly cwd: string
  readonly variables: Readonly<Record<string, string>>
  /** Names of arrays: they cannot be carried. */
  readonly arrays: readonly string[]
}

/** Reads the last whole state that a shell wrote, or null: it ended otherwise. */
export function readState(written: string): ShellState | null {
  const whole = [...written.matchAll(/S\0([^\0]*)\0([^\0]*)\0([^\0]*)\0E\0/g)].at(-1)
  if (whole === undefined) return null
  const arrays = (whole[3] ?? '').split('\n').filter((name) => name !== '' && !OF_BASH.test(name))
  return { cwd: whole[1] ?? '', variables: readExports(whole[2] ?? ''), arrays }
}

const OF_BASH = /^(?:BASH_.*|COMP_.*|COMPREPLY|COPROC|DIRSTACK|FUNCNAME|GROUPS|MAPFILE|PIPESTATUS|__reprise.*)$/

function readExports(text: string): Record<string, string> {
  const variables: Record<string, string> = {}
  const line = /declare -([A-Za-z]+) ([A-Za-z_]\w*)(?:=|(?=\n)|$)/gy
  let at = 0
  while (at < text.length) {
    line.lastIndex = at
    const found = line.exec(text)
    if (found === null) {
      // Not a declaration: skip the line.
      const next = text.indexOf('\n', at)
      at = next < 0 ? text.length : next + 1
      continue
    }
    const [whole, flags = '', name = ''] = found
    at += whole.length
    if (/[aA]/.test(flags)) {
      const next = text.indexOf('\ndeclare -', at)
      at = next < 0 ? text.length : next + 1
      continue
    }
    if (whole.endsWith('=')) {
      const word = readWord(text, at)
      variables[name] = word.value
      at = word.end
    }
    if (text[at] === '\n') at += 1
  }
  return variables
}

/** A word as `export -p` writes it: `"…"` with backslashes, or `$'…'`. */
function readWord(text: string, from: number): { readonly value: string; readonly end: number } {
  if (text.startsWith('"', from)) {
    let value = ''
    let at = from + 1
    while (at < text.length && text[at] !== '"') {
      if (text[at] === '\\') at += 1
      value += text[at] ?? ''
      at += 1
    }
    return { value, end: at + 1 }
  }
  if (text.startsWith("$'", from)) {
    let at = from + 2
    while (at < text.length && text[at] !== "'") at += text[at] === '\\' ? 2 : 1
    return { value: ansi(text.slice(from + 2, at)), end: at + 1 }
  }
  const end = /\n|$/.exec(text.slice(from))?.index ?? 0
  return { value: text.slice(from, from + end), end: from + end }
}

const ESCAPE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

function ansi(text: string): string {
  const bytes: number[] = []
  const encoder = new TextEncoder()
  for (const [, octal, hex, other, plain] of text.matchAll(/\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|([\s\S]))|([^\\]+)/g)) {
    if (octal !== undefined) bytes.push(parseInt(octal, 8) & 0xff)
    else if (hex !== undefined) bytes.push(parseInt(hex, 16))
    else bytes.push(...encoder.encode(plain ?? ESCAPE[other ?? ''] ?? other ?? ''))
  }
  return new TextDecoder().decode(Uint8Array.from(bytes))
}
