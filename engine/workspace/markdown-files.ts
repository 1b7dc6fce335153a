import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Runs a program and collects what it prints; `ok` is false for any failure, a missing program too. */
export type RunCommand = (
  command: string,
  args: readonly string[],
  options: { readonly cwd: string },
) => Promise<{ readonly ok: boolean; readonly stdout: string }>

/** Every Markdown file below a root that git does not ignore, as sorted paths from the root. Without git: all but hidden folders and `node_modules`. */
export async function listMarkdownFiles(root: string, runCommand: RunCommand): Promise<readonly string[]> {
  const listed = await runCommand('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  if (!listed.ok) return (await walk(root, '')).toSorted()
  const files = listed.stdout.split('\0').filter((file) => isMarkdown(file) && existsSync(join(root, file)))
  return [...new Set(files)].toSorted()
}

const isMarkdown = (file: string): boolean => file.toLowerCase().endsWith('.md')

async function walk(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])
  const found: string[] = []
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.') && entry.name !== 'node_modules') found.push(...(await walk(root, path)))
    } else if (isMarkdown(entry.name)) found.push(path)
  }
  return found
}
