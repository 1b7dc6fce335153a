import { cut } from '../language/width.ts'

/** The bottom of the screen: a few lines that are drawn over themselves, with everything else scrolling above. */
export interface LiveLines {
  /** Replaces the lines. */
  show(lines: readonly string[]): void
  /** Prints above them, for good. */
  print(text: string): void
}

/** Lines of a terminal that can move its cursor. */
export function openLiveLines(output: NodeJS.WritableStream, columns: () => number): LiveLines {
  let shown: readonly string[] = []
  const erase = (): string => (shown.length === 0 ? '' : `\r${shown.length > 1 ? `\u001b[${shown.length - 1}A` : ''}\u001b[J`)
  const draw = (lines: readonly string[]): string => lines.map((line) => cut(line, Math.max(1, columns() - 1))).join('\n')
  return {
    show(lines) {
      if (lines.length === 0 && shown.length === 0) return
      output.write(erase() + draw(lines))
      shown = lines
    },
    print(text) {
      output.write(`${erase()}${text}\n${draw(shown)}`)
    },
  }
}
