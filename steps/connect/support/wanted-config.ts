import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { StepTools } from '../../../engine/index.ts'
import { fillNames } from '../../support/fill-names.ts'
import { parseProperties } from '../../support/properties.ts'
import type { Config } from './config.ts'

export type Scalars = Readonly<Record<string, string | number | boolean>>

/** What a step's input says of a configuration. */
export interface Written {
  readonly connector: string
  readonly config: Scalars
  readonly file?: string | undefined
  readonly clients: Readonly<Record<string, string>>
}

export type Wanted = { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly reason: string }

const scalars = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/** The whole configuration as Connect will get it: clients' properties, then the file, then what is written in the step; the later wins. */
export function wantedConfig(given: Written, tools: StepTools): Wanted {
  const pairs: [string, string][] = []
  for (const [prefix, path] of Object.entries(given.clients)) {
    const read = readText(path, tools)
    if (!read.ok) return read
    for (const [key, value] of parseProperties(read.text)) {
      const text = withSecrets(value, tools)
      if (text === null) return { ok: false, reason: `${path}: ${key} names a secret without a value` }
      pairs.push([`${prefix}${key}`, text])
    }
  }
  const file = given.file === undefined ? { ok: true as const, config: {} } : readScalars(given.file, tools)
  if (!file.ok) return file
  for (const [key, value] of Object.entries({ ...file.config, ...given.config })) {
    // `${provider:path:key}` is the worker's own way to a secret; it has no name of ours in it.
    const text = fillNames(String(value), tools)
    if (!text.ok) return { ok: false, reason: `${key}: ${text.reason}` }
    pairs.push([key, text.text])
  }
  const config = Object.fromEntries(pairs)
  if (config['connector.class'] === undefined) return { ok: false, reason: 'connector.class is missing' }
  // Its name is part of a configuration.
  return { ok: true, config: { ...config, name: given.connector } }
}

function readText(
  path: string,
  { root }: StepTools,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string } {
  try {
    return { ok: true, text: readFileSync(resolve(root, path), 'utf8') }
  } catch (error) {
    return { ok: false, reason: `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})` }
  }
}

function readScalars(
  path: string,
  tools: StepTools,
): { readonly ok: true; readonly config: Scalars } | { readonly ok: false; readonly reason: string } {
  const read = readText(path, tools)
  if (!read.ok) return read
  try {
    const parsed = scalars.safeParse(JSON.parse(read.text))
    if (parsed.success) return { ok: true, config: parsed.data }
  } catch {
    // Said below.
  }
  return { ok: false, reason: `${path} is not a JSON object of texts, numbers and booleans` }
}

/** In a client's properties only `${NAME}` is a secret's name: a password may have a `$` in it. */
function withSecrets(value: string, { secret }: StepTools): string | null {
  let isWhole = true
  const text = value.replace(/\$\{([A-Za-z_]\w*)\}/g, (written, name: string) => {
    const found = secret(name)
    isWhole &&= found !== undefined
    return found ?? written
  })
  return isWhole ? text : null
}
