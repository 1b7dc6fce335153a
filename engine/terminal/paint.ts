const ESC = '\u001b['

/** Colour that repeats what the words say: failures red, successes green, warnings yellow, production inverse. */
export function paint(lines: readonly string[]): string[] {
  return lines.map((line) => {
    if (/^(?:\S+ · )?PRODUCTION\b/.test(line)) return line.replace('PRODUCTION', `${ESC}1;41;97mPRODUCTION${ESC}0m`)
    if (/^ {0,2}✗ /.test(line)) return `${ESC}31m${line}${ESC}0m`
    if (/^ {0,2}✓ /.test(line)) return `${ESC}32m${line}${ESC}0m`
    return line.startsWith('! ') ? `${ESC}33m${line}${ESC}0m` : line
  })
}
