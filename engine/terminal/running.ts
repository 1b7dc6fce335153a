import { visible, visibleLine } from '../language/control.ts'
import { cut, widthOf } from '../language/width.ts'
import type { BlockId, Key, Purpose, TaskId } from '../model/fact.ts'
import { type Look, symbol } from './look.ts'
import { FOLDED, isForPeople } from './output-lines.ts'
import type { Progress } from './progress.ts'

/** An execution under way, as the screen knows it. */
export interface Running {
  readonly task: TaskId
  readonly step: BlockId
  readonly key: Key
  readonly purpose: Purpose
  readonly title: string
  readonly limitMs: number
  readonly sinceMs: number
  readonly isPolled: boolean
  progress: (Progress & { readonly atMs: number }) | null
  /** The last lines of its output, and how many there were in all. */
  tail: string[]
  lines: number
  /** A line that has no end yet. */
  rest: string
}

/** Adds output to what is kept of it: the last lines only, however much comes. */
export function keepOutput(running: Running, text: string): void {
  const pieces = (running.rest + text).split('\n').filter(isForPeople)
  // A line without an end is kept to what a screen can use.
  running.rest = (pieces.pop() ?? '').slice(-2000)
  running.lines += pieces.length
  running.tail = [...running.tail, ...pieces.slice(-FOLDED)].slice(-FOLDED)
}

/** The line of an execution: `  … the connector reports PAUSED     RUNNING now · try 4 in 3s · 18s of 1m30s`. */
export function runningLine(look: Look, running: Running, nowMs: number): string {
  const { line } = look.words
  const { progress } = running
  const dot = look.ascii ? ' - ' : ' · '
  const ranMs = nowMs - running.sinceMs
  const last = visibleLine(running.rest.trim() === '' ? (running.tail.at(-1) ?? '') : running.rest).trim()
  const value = progress === null ? last : progress.value === '' ? '' : line.now(visibleLine(progress.value))
  const nextMs = progress?.nextTryMs == null ? null : Math.max(0, progress.nextTryMs - (nowMs - progress.atMs))
  const time = line.elapsed(
    progress === null ? ranMs : progress.elapsedMs + nowMs - progress.atMs,
    progress?.limitMs ?? running.limitMs,
  )
  const tries =
    progress === null || progress.tryNo === 0
      ? ''
      : nextMs === null
        ? line.tryNow(progress.tryNo)
        : line.tryIn(progress.tryNo + 1, nextMs)
  const right = [tries, time].filter((text) => text !== '').join(dot)
  const title = `  ${symbol(look, 'going')} ${visibleLine(running.title)}`
  const width = look.width - 1
  const room = width - widthOf(right) - 2
  const left =
    value === ''
      ? cut(title, room)
      : `${cut(title, Math.max(10, Math.min(widthOf(title), room - Math.min(widthOf(value), 30) - 3)))}   ${value}`
  const fitted = cut(left, room)
  return `${fitted}${' '.repeat(Math.max(2, width - widthOf(fitted) - widthOf(right)))}${right}`
}

/** What stays of an output on screen: its last lines, and how many are above. */
export function tailText(look: Look, running: Running): string[] {
  const rest = running.rest === '' ? [] : [running.rest]
  const total = running.lines + rest.length
  const kept = [...running.tail, ...rest].slice(-FOLDED).flatMap((line) => visible(line).replaceAll('\t', '  ').split('\n'))
  if (total === 0) return []
  const shown = kept.map((line) => `  ${look.words.typed.found(line)}`)
  return total > kept.length ? [`  ${look.words.screen.fold(total - kept.length)}`, ...shown] : shown
}
