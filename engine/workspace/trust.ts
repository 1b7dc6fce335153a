import { mkdir, realpath } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { replaceFile } from './atomic-write.ts'
import { readTextFile } from './text-file.ts'

/** The account's configuration folder of this tool: below `XDG_CONFIG_HOME`, else below `~/.config`. */
export function configFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const { XDG_CONFIG_HOME: given = '' } = env
  return join(isAbsolute(given) ? given : join(home, '.config'), 'reprise')
}

/** Whether this account lets the code of a checkout be loaded. By real path: a link to a trusted folder is the folder. */
export async function isTrusted(root: string, { config }: { readonly config: string }): Promise<boolean> {
  const path = await realpath(root).catch(() => null)
  return path !== null && (await readTrusted(config)).includes(path)
}

/** Remembers that this account lets the code of a checkout be loaded. */
export async function trust(root: string, { config }: { readonly config: string }): Promise<void> {
  const path = await realpath(root)
  const trusted = await readTrusted(config)
  if (trusted.includes(path)) return
  await mkdir(config, { recursive: true, mode: 0o700 })
  const text = `${JSON.stringify({ trusted: [...trusted, path].toSorted() }, null, 2)}\n`
  await replaceFile(fileIn(config), Buffer.from(text), { keep: { mode: 0o600, owner: null } })
}

const fileIn = (config: string): string => join(config, 'trust.json')

/** A file that cannot be read trusts nothing. */
async function readTrusted(config: string): Promise<readonly string[]> {
  const found = await readTextFile(fileIn(config))
  if (found.status !== 'read') return []
  try {
    const { trusted } = JSON.parse(found.text) as { readonly trusted?: unknown }
    return Array.isArray(trusted) ? trusted.filter((one): one is string => typeof one === 'string') : []
  } catch {
    return []
  }
}
