import { readShell } from '../language/shell.ts'
import type { Block } from '../model/runbook.ts'
import { readScript } from './read-script.ts'
import type { Command, Script } from './script.ts'

/** What a shell block does with variables. */
export interface Variables extends Pick<ReturnType<typeof readShell>, 'ok' | 'assigns' | 'uses'> {
  /** Names that it gives a value, also behind a prompt sign. */
  readonly assigned: readonly string[]
}

const scripts = new WeakMap<Block, Script>()
const variables = new WeakMap<Block, Variables>()
const none: Variables = { ok: true, assigns: [], uses: [], assigned: [] }

/** The commands of a shell block and what stands around them, read once for all rules. */
export function scriptOf(block: Block): Script {
  const known = scripts.get(block)
  if (known) return known
  const script = readScript(block.body)
  scripts.set(block, script)
  return script
}

/** The variables of a shell block, read once for all rules. Of one that does not parse (`ok` false) only what it seems to assign is known. */
export function variablesOf(block: Block): Variables {
  const known = variables.get(block)
  if (known) return known
  const found = mayHaveVariables.test(block.body) ? readVariables(block) : none
  variables.set(block, found)
  return found
}

const mayHaveVariables = /[$=]|\(\(|\b(?:for|select|read|mapfile|readarray|getopts|let)\b/

function readVariables(block: Block): Variables {
  const { ok, assigns, uses } = readShell(block.body)
  if (!ok) return { ok, assigns, uses, assigned: assignedBy(scriptOf(block)) }
  return { ok, assigns, uses, assigned: [...assigns.map(({ name }) => name), ...behindPrompts(block)] }
}

/** What a script that does not parse still seems to assign, so that later blocks are not blamed for it. */
function assignedBy({ commands }: Script): readonly string[] {
  return commands.flatMap(({ assigns, words: [first, ...others] }) => {
    const named = others.flatMap(({ value }) => /^([A-Za-z_]\w*)(?:\+?=|$)/.exec(value)?.[1] ?? [])
    const gives = /^(?:export|declare|typeset|local|readonly|read|mapfile|readarray|for|select|[$%])$/.test(first?.value ?? '')
    return [...assigns.map(({ name }) => name), ...(gives ? named : [])]
  })
}

/** `$ export NAME=value`: the prompt sign is a problem of its own. */
function behindPrompts(block: Block): readonly string[] {
  if (!/^\s*[$%] /m.test(block.body)) return []
  return scriptOf(block).commands.flatMap(({ words: [first, ...others] }) =>
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
