import { readShell } from '../language/shell.ts'
import type { Block } from '../model/runbook.ts'
import { readScript } from './read-script.ts'
import type { Command, Script } from './script.ts'

export interface Shell extends Script, Pick<ReturnType<typeof readShell>, 'ok' | 'assigns' | 'uses'> {
  /** Names that it gives a value, also behind a prompt sign. */
  readonly assigned: readonly string[]
}

const shells = new WeakMap<Block, Shell>()

/** What a shell block says, read once for all rules. A block that does not parse has `ok` false and is judged by its words only. */
export function shellOf(block: Block): Shell {
  const known = shells.get(block)
  if (known) return known
  const { ok, assigns, uses } = readShell(block.body)
  const script = readScript(block.body)
  const assigned = [...assigns.map(({ name }) => name), ...behindPrompts(block.body, script)]
  const shell = { commands: script.commands, stretches: script.stretches, ok, assigns, uses, assigned }
  shells.set(block, shell)
  return shell
}

/** `$ export NAME=value`: the prompt sign is a problem of its own. */
function behindPrompts(body: string, { commands }: Script): readonly string[] {
  if (!/^\s*[$%] /m.test(body)) return []
  return commands.flatMap(({ words: [first, ...others] }) =>
    first?.text === '$' || first?.text === '%' ? others.flatMap(({ text }) => /^([A-Za-z_]\w*)=/.exec(text)?.[1] ?? []) : [],
  )
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
