import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const shipped = fileURLToPath(new URL('../../../runbooks/', import.meta.url))

/** Puts the shipped runbooks into a root, as new: without the rows that they ship, which would pass for those of a test. */
export function copyRunbooks(root: string): void {
  const copies = join(root, 'runbooks')
  cpSync(shipped, copies, { recursive: true })
  for (const file of readdirSync(copies, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))) {
    const lines = readFileSync(join(copies, file), 'utf8').split('\n')
    writeFileSync(join(copies, file), lines.filter((line) => !line.startsWith('| `r-')).join('\n'))
  }
}
