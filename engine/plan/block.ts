import { isProse } from '../language/message.ts'
import type { Effect } from '../model/effect.ts'
import type { EntryType, PlanEntry } from '../model/plan.ts'
import type { Block } from '../model/runbook.ts'
import { attributeText, durationOf, hasFlag } from './attributes.ts'
import type { Body } from './bodies.ts'
import { entryOf } from './entry.ts'
import { problem } from './making.ts'
import type { Making } from './making.ts'
import { readsOfExpression, readsOfScript, readsOfText } from './names.ts'
import { outputType, readTyped } from './typed.ts'
import type { Typed } from './typed.ts'

const second = 1000
const waitMs = 300_000
const failures: readonly string[] = ['stop', 'continue', 'rollback', 'warn']

/** The entry of a block that runs. */
export function blockEntry(making: Making, body: Body, block: Block): PlanEntry {
  const { policy, reader, edits } = making.request
  const type = block.role as EntryType
  const typed = readTyped(making, block)
  const flags = flagsOf(block)
  const effect = effectOf(type, typed, flags.irreversible)
  const timeoutMs = durationOf(making, block, 'timeout')
  const holdMs = durationOf(making, block, 'hold')
  const assert = attributeText(block, 'assert')
  return entryOf(body, {
    id: reader.ids.of(block),
    type,
    use: typed?.use ?? null,
    title: typed?.title ?? (body.title || firstLine(block.body)),
    effect,
    text: block.body,
    input: typed?.input ?? null,
    byHand: typed?.byHand ?? null,
    reads: [...readsOf(making, block, typed), ...readsOfExpression(making, assert)],
    timeoutMs: timeoutMs ?? (type === 'wait' ? waitMs : policy.limits.timeoutMs),
    timeoutWritten: timeoutMs !== null,
    everyMs: durationOf(making, block, 'every') ?? (holdMs !== null || type === 'wait' || type === 'guard' ? second : null),
    retries: Number(attributeText(block, 'retries') ?? 0) || 0,
    holdMs,
    freshMs: type === 'check' ? policy.limits.freshMs : null,
    confirm: confirmOf(block, effect, type),
    onFailure: onFailureOf(block, type),
    flags,
    captures: capturesOf(making, block, typed),
    expect: attributeText(block, 'expect'),
    assert,
    undoSelf: type === 'command' && typed?.type?.undo !== undefined,
    looks: type === 'command' && typed?.type?.check !== undefined,
    ...(isMessage(block) ? { message: true as const } : interpreterOf(making, block)),
    needsEdit: edits.get(block) ?? null,
    line: block.place.line,
  })
}

/** A notification in words. */
const isMessage = ({ role, kind, lang }: Block): boolean => role === 'notify' && kind === 'other' && isProse(lang)

/** Of a language that is no shell's: what the policy says runs it. Nothing else ever runs it. */
function interpreterOf(making: Making, block: Block): Pick<PlanEntry, 'interpreter'> {
  if (block.kind !== 'other' || block.lang === null) return {}
  const { interpreters } = making.request.policy
  const lang = block.lang.toLowerCase()
  const interpreter = Object.hasOwn(interpreters, lang) ? interpreters[lang] : undefined
  if (interpreter !== undefined) return { interpreter }
  problem(making, {
    rule: 'unnamed-interpreter',
    place: block.place,
    reason: `Unexpected language ${lang} of what runs, expected bash, or an interpreter that the project's policy names`,
    expected: ['bash', ...Object.keys(interpreters)],
    actual: lang,
  })
  return {}
}

function flagsOf(block: Block): PlanEntry['flags'] {
  const has = (name: string): boolean => hasFlag(block, name)
  return {
    irreversible: has('irreversible'),
    idempotent: has('idempotent'),
    interactive: has('interactive'),
    once: has('once'),
    steady: has('steady'),
    imported: has('imported'),
  }
}

function effectOf(type: EntryType, typed: Typed | null, irreversible: boolean): Effect {
  const changes = type === 'command' || type === 'rollback' || type === 'cleanup'
  if (irreversible) return 'destroys'
  if (typed?.type != null && type !== 'notify') return typed.type.effect
  return changes ? 'changes' : 'reads'
}

function readsOf(making: Making, block: Block, typed: Typed | null): readonly string[] {
  if (typed !== null) return typed.reads
  if (block.kind !== 'shell') return readsOfText(making, block.body)
  return [...making.setupReads, ...readsOfScript(making, block.body)]
}

function confirmOf(block: Block, effect: Effect, type: EntryType): PlanEntry['confirm'] {
  if (effect === 'reads' || type === 'notify') return { type: 'no' }
  const word = attributeText(block, 'confirm')
  if (word === null) return { type: 'ask' }
  if (word === 'no') return { type: 'no' }
  return { type: 'typed', name: word === 'env' ? 'ENVIRONMENT' : word.replace(/^\$/, '') }
}

function onFailureOf(block: Block, type: EntryType): PlanEntry['onFailure'] {
  const word = attributeText(block, 'on-failure')
  if (word !== null && failures.includes(word)) return word as PlanEntry['onFailure']
  return type === 'notify' || type === 'on-failure' ? 'warn' : 'stop'
}

function capturesOf({ request: { reader } }: Making, block: Block, typed: Typed | null): PlanEntry['captures'] {
  const text = attributeText(block, 'capture')
  if (text === null) return []
  return reader.readCaptures(text, block.kind === 'yaml').map(({ name, type, output }) => {
    const known = output === null || typed === null ? null : outputType(typed.type, output)
    return { name, type: type ?? known ?? 'string', ...(output === null ? {} : { output }) }
  })
}

function firstLine(body: string): string {
  const lines = body.split('\n').filter((line) => line.trim() !== '')
  return (lines.find((line) => !line.trimStart().startsWith('#')) ?? lines[0] ?? '').trim()
}
