import { readShell } from '../language/shell.ts'
import type { Block } from '../model/runbook.ts'
import { readScript } from './read-script.ts'
import type { Command, Script, Word } from './script.ts'

export interface Shell extends Script, Pick<ReturnType<typeof readShell>, 'ok' | 'assigns' | 'uses' | 'exits'> {}

const shells = new WeakMap<Block, Shell>()

/** What a shell block says, read once for all rules. A block that does not parse has `ok` false and is judged by its words only. */
export function shellOf(block: Block): Shell {
  const known = shells.get(block)
  if (known) return known
  const { ok, assigns, uses, exits } = readShell(block.body)
  const shell = { ...readScript(block.body), ok, assigns, uses, exits }
  shells.set(block, shell)
  return shell
}

const prefixes = new Set([
  'sudo',
  'doas',
  'env',
  'nice',
  'ionice',
  'nohup',
  'command',
  'exec',
  'stdbuf',
  'setsid',
  'timeout',
  'time',
  'builtin',
  'chronic',
  'xargs',
])
const takesValue: Readonly<Record<string, string>> = {
  sudo: 'ugpCchRrTtD',
  doas: 'uC',
  timeout: 'ks',
  nice: 'n',
  ionice: 'cnp',
  env: 'uCS',
  stdbuf: 'ioe',
  xargs: 'IiLlnPsdaE',
}

/** The program that a command runs and its words, past `sudo`, `env`, `timeout` and the like. */
export function programOf(command: Command): {
  readonly name: string
  readonly args: readonly Word[]
  readonly via: readonly string[]
} {
  const via: string[] = []
  let at = 0
  for (;;) {
    const name = baseName(command.words[at]?.value ?? '')
    if (!prefixes.has(name)) return { name, args: command.words.slice(at + 1), via }
    const next = pastOptions(command.words, at + 1, takesValue[name] ?? '')
    const start = name === 'timeout' ? next + 1 : next
    if (start >= command.words.length) return { name, args: command.words.slice(at + 1), via }
    via.push(name)
    at = start
  }
}

function baseName(path: string): string {
  return path.includes('$') || path.includes('`') ? path : path.slice(path.lastIndexOf('/') + 1)
}

function pastOptions(words: readonly Word[], from: number, valued: string): number {
  let at = from
  for (;;) {
    const text = words[at]?.value
    if (text === undefined) return at
    if (text === '--') return at + 1
    if (/^[A-Za-z_]\w*=/.test(text)) at += 1
    else if (/^-[A-Za-z]$/.test(text) && valued.includes(text[1] ?? '-')) at += 2
    else if (text.startsWith('-') && text !== '-') at += 1
    else return at
  }
}

/** Whether a stretch of text stands in code: not in quotes, a comment or a here-document. */
export function isCode({ stretches }: Script, offset: number): boolean {
  return stretchAt({ stretches }, offset) === null
}

/** The quoted text, comment or here-document at an offset. */
export function stretchAt({ stretches }: Pick<Script, 'stretches'>, offset: number): Script['stretches'][number] | null {
  let low = 0
  let high = stretches.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((stretches[middle]?.offset ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  const found = stretches[low - 1]
  return found !== undefined && offset < found.end ? found : null
}

/** The commands that `after` joins to this one, in order: what `&&`, `||` and `|` lead to. */
export function joinedTo(script: Script, command: Command): readonly Command[] {
  const found: Command[] = []
  const from = script.commands.indexOf(command)
  for (const next of script.commands.slice(from + 1)) {
    const isInner = next.around.length > command.around.length
    if (next.around.length < command.around.length) break
    if (!isInner && next.before !== '|' && next.before !== '&&' && next.before !== '||') break
    if (isInner && found.length === 0 && next.offset < command.end) continue
    if (isInner && found.length === 0 && next.before !== '&&' && next.before !== '||' && next.before !== '|') break
    found.push(next)
  }
  return found
}
