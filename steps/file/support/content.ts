import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Json, StepNames, StepTools } from '../../../engine/index.ts'
import { whyNot } from './before.ts'
import { formatOf, parseTemplate } from './template.ts'

/** What is rendered: the input of `file.render`, as far as it decides the content. */
export interface Template {
  readonly template: string
  readonly path?: string | undefined
  readonly values: Readonly<Record<string, Json>>
  readonly secret: boolean
}

/** The rendered text, or why there is none. */
export type Content = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string }

/** The names that a template takes, read before anything runs. */
export function namesIn({ template, path }: Template, readText: (path: string) => string | undefined): StepNames {
  const source = readText(template)
  if (source === undefined) return { ok: false, reason: `${template} cannot be read` }
  const parsed = parseTemplate(source, formatOf(path ?? template))
  return parsed.ok
    ? { ok: true, names: parsed.names }
    : { ok: false, reason: `${template}:${parsed.line}:${parsed.column}: ${parsed.reason}` }
}

/** Renders a template with the run's names and secrets; what is wrong is said with its place. */
export async function contentOf({ template, path, values, secret }: Template, tools: StepTools): Promise<Content> {
  let source: string
  try {
    source = await readFile(resolve(tools.root, template), 'utf8')
  } catch (error) {
    return { ok: false, reason: `${template}: ${whyNot(error)}` }
  }
  const parsed = parseTemplate(source, formatOf(path ?? template))
  if (!parsed.ok) return { ok: false, reason: `${template}:${parsed.line}:${parsed.column}: ${parsed.reason}` }
  const known: Record<string, Json> = { ...tools.names, ...values }
  for (const name of parsed.names) {
    const value = Object.hasOwn(known, name) ? undefined : tools.secret(name)
    if (value !== undefined && !secret) return { ok: false, reason: `${template}: ${name} is a secret, expected secret: true` }
    if (value !== undefined) known[name] = value
  }
  const rendered = parsed.render(known)
  return rendered.ok ? rendered : { ok: false, reason: `${template}:${rendered.line}:${rendered.column}: ${rendered.reason}` }
}
