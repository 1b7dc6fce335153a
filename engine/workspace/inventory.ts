import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Problem } from '../model/problem.ts'
import { readDotenv } from './dotenv.ts'
import { problemOf } from './problem-of.ts'
import { readTextFile } from './text-file.ts'
import { fieldsOf } from './yaml-fields.ts'
import { readYamlText } from './yaml-text.ts'

/** One environment: its values as written, and where they came from. */
export interface Environment {
  readonly name: string
  readonly values: Readonly<Record<string, string>>
  /** For the screen, from the root: `inventory/staging.env`. */
  readonly origin: string
}

/** A host of `hosts.yaml`. */
export interface Host {
  readonly status: 'active' | 'decommissioned'
}

/** Names of the environments of an inventory folder, sorted; none where there is no folder. */
export async function listEnvironments(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.env') && entry.name !== '.env')
    .map(({ name }) => name.slice(0, -'.env'.length))
    .toSorted()
}

/** Reads one environment. Null, with a problem, where it is missing or cannot be read; other problems name their lines. */
export async function readEnvironment({
  folder,
  name,
  root,
}: {
  readonly folder: string
  readonly name: string
  readonly root: string
}): Promise<{ readonly environment: Environment | null; readonly problems: readonly Problem[] }> {
  const path = join(folder, `${name}.env`)
  const origin = relative(root, path)
  const known = await listEnvironments(folder)
  if (!known.includes(name)) {
    const among = known.length === 0 ? `a file ${relative(root, folder) || folder}/${name}.env` : known.join(', ')
    const reason = `Unexpected environment "${name}", expected ${among}`
    return {
      environment: null,
      problems: [problemOf(origin, { rule: 'unknown-environment', reason, expected: known, actual: name })],
    }
  }
  const found = await readTextFile(path)
  if (found.status !== 'read') {
    const reason = found.status === 'missing' ? 'Unexpected dangling link, expected a file' : found.reason
    return { environment: null, problems: [problemOf(origin, { rule: 'unreadable', reason })] }
  }
  const { values, problems } = readDotenv(origin, found.text)
  return { environment: { name, values, origin }, problems }
}

/** Reads `hosts.yaml` of an inventory folder; `hosts` is null where there is none. */
export async function readHosts({
  folder,
  root,
}: {
  readonly folder: string
  readonly root: string
}): Promise<{ readonly hosts: Readonly<Record<string, Host>> | null; readonly problems: readonly Problem[] }> {
  const path = join(folder, 'hosts.yaml')
  const file = relative(root, path)
  const found = await readTextFile(path)
  if (found.status === 'missing') return { hosts: null, problems: [] }
  if (found.status === 'unreadable')
    return { hosts: null, problems: [problemOf(file, { rule: 'unreadable', reason: found.reason })] }
  const yaml = readYamlText(file, found.text)
  const problems: Problem[] = [...yaml.problems]
  if (yaml.json === null) return { hosts: null, problems }
  const fields = fieldsOf(file, yaml, { rule: 'hosts-value', problems })
  const hosts: Record<string, Host> = {}
  for (const name of Object.keys(fields.map([], null) ?? {})) {
    // `NAME: {status: …, …}`: what else a team keeps there is theirs.
    const entry = fields.map([name], null)
    if (entry !== null && entry['status'] === undefined)
      fields.wrong([name], ['active', 'decommissioned'], 'a status: active or decommissioned')
    const status = entry === null ? null : fields.word([name, 'status'], ['active', 'decommissioned'] as const)
    if (status !== null) hosts[name] = { status }
  }
  return { hosts, problems }
}
