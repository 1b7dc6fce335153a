import { join, relative, resolve } from 'node:path'
import { parseDuration } from '../language/duration.ts'
import { ownerOf, parsePublicKey } from '../language/public-key.ts'
import { matches } from '../language/regex.ts'
import type { Policy } from '../model/policy.ts'
import type { Problem } from '../model/problem.ts'
import type { Lang } from '../model/runbook.ts'
import type { NotifyTarget } from '../model/notify.ts'
import { notifyOf } from './notify-fields.ts'
import { problemOf } from './problem-of.ts'
import { PROJECT_FILE } from './root.ts'
import { readTextFile } from './text-file.ts'
import { fieldsOf } from './yaml-fields.ts'
import type { Fields } from './yaml-fields.ts'
import { readYamlText } from './yaml-text.ts'

/** What the project file says, with every default filled in. Folders are absolute. */
export interface Project {
  /** The project file's path, or null where there is none. */
  readonly file: string | null
  readonly policy: Policy
  /** Folder of the run records. @default '.reprise/runs' below the root */
  readonly runs: string
  /** Folders of the project's own step types. @default 'steps' below the root */
  readonly steps: readonly string[]
  /** Folder of the environments. @default 'inventory' below the root */
  readonly inventory: string
  readonly lang: Lang | null
  readonly notify: readonly NotifyTarget[]
  readonly history: { readonly timelines: string | null }
  /** File of findings that lint takes as known, or null. */
  readonly baseline: string | null
  readonly problems: readonly Problem[]
}

/** What holds where nothing is written. */
export const DEFAULT_POLICY: Policy = {
  production: ['production', 'prod'],
  interpreters: {},
  limits: { freshMs: 600_000, timeoutMs: 300_000, graceMs: 10_000, approvalMs: 86_400_000 },
  approvers: {},
  severities: {},
  redact: [],
}

const KEYS = ['runs', 'steps', 'inventory', 'lang', 'production', 'policy', 'redact', 'notify', 'lint', 'history']

/** What `lint: {severities: …}` may name. */
export type RuleNames = readonly { readonly name: string; readonly origin: 'format' | 'catalogue' }[]

/** Reads `reprise.yaml` of a root: strictly, and all that is wrong with it at once. Without a file, all is default. With `rules`, severities of no such rule are problems. */
export async function readProject(root: string, rules: RuleNames | null = null): Promise<Project> {
  const path = join(root, PROJECT_FILE)
  const name = relative(process.cwd(), path) || PROJECT_FILE
  const found = await readTextFile(path)
  const problems: Problem[] = []
  if (found.status === 'missing') return projectOf({ root, file: null, fields: null, problems, rules })
  if (found.status === 'unreadable') {
    problems.push(problemOf(name, { rule: 'unreadable', reason: found.reason }))
    return projectOf({ root, file: path, fields: null, problems, rules })
  }
  const yaml = readYamlText(name, found.text)
  problems.push(...yaml.problems)
  const fields = yaml.json === null ? null : fieldsOf(name, yaml, { rule: 'project-value', problems })
  return projectOf({ root, file: path, fields, problems, rules })
}

interface Reading {
  readonly root: string
  readonly file: string | null
  readonly fields: Fields | null
  readonly problems: Problem[]
  readonly rules: RuleNames | null
}

function projectOf({ root, file, fields, problems, rules }: Reading): Project {
  fields?.map([], KEYS)
  const history = fields?.map(['history'], ['timelines'])
  const lint = fields?.map(['lint'], ['severities', 'baseline'])
  const timelines = history == null ? null : (fields?.text(['history', 'timelines']) ?? null)
  const baseline = lint == null ? null : (fields?.text(['lint', 'baseline']) ?? null)
  return {
    file,
    policy: policyOf(fields, rules),
    runs: resolve(root, fields?.text(['runs']) ?? '.reprise/runs'),
    steps: (fields?.texts(['steps']) ?? ['steps']).map((folder) => resolve(root, folder)),
    inventory: resolve(root, fields?.text(['inventory']) ?? 'inventory'),
    lang: fields?.word(['lang'], ['en', 'fr'] as const) ?? null,
    notify: fields === null ? [] : notifyOf(fields),
    history: { timelines },
    baseline: baseline === null ? null : resolve(root, baseline),
    problems,
  }
}

function policyOf(fields: Fields | null, known: RuleNames | null): Policy {
  if (fields === null) return DEFAULT_POLICY
  const { limits } = DEFAULT_POLICY
  const hasPolicy = fields.map(['policy'], ['interpreters', 'approvers', 'limits']) !== null
  const hasLimits = hasPolicy && fields.map(['policy', 'limits'], ['fresh', 'timeout', 'grace', 'approval']) !== null
  const limit = (name: string, otherwise: number): number =>
    hasLimits ? (durationAt(fields, ['policy', 'limits', name]) ?? otherwise) : otherwise
  return {
    production: fields.texts(['production']) ?? DEFAULT_POLICY.production,
    interpreters: hasPolicy ? textsByName(fields, ['policy', 'interpreters']) : {},
    limits: {
      freshMs: limit('fresh', limits.freshMs),
      timeoutMs: limit('timeout', limits.timeoutMs),
      graceMs: limit('grace', limits.graceMs),
      approvalMs: limit('approval', limits.approvalMs),
    },
    approvers: hasPolicy ? approversOf(fields) : {},
    severities: severitiesOf(fields, known),
    redact: redactOf(fields),
  }
}

function durationAt(fields: Fields, path: readonly string[]): number | null {
  const text = fields.text(path)
  const ms = text === null ? null : parseDuration(text)
  if (text !== null && (ms === null || ms <= 0)) fields.wrong(path, ['30s', '10m', '1h30m'], 'a duration such as 10m')
  return ms !== null && ms > 0 ? ms : null
}

function textsByName(fields: Fields, path: readonly string[]): Record<string, string> {
  const names = Object.keys(fields.map(path, null) ?? {})
  const found = names.flatMap((name) => {
    const text = fields.text([...path, name])
    return text === null ? [] : [[name, text] as const]
  })
  return Object.fromEntries(found)
}

function approversOf(fields: Fields): Policy['approvers'] {
  const path = ['policy', 'approvers']
  const roles = Object.keys(fields.map(path, null) ?? {})
  const found = roles.flatMap((role) => {
    const entry = fields.map([...path, role], ['names', 'keys', 'how'])
    if (entry === null) return []
    const names = fields.texts([...path, role, 'names']) ?? []
    const keys = fields.texts([...path, role, 'keys']) ?? []
    for (const [index, text] of keys.entries()) {
      const key = parsePublicKey(text)
      const expected = key === null ? 'a public key: ssh-ed25519 AAAA…' : 'a public key that says which of the names it is of'
      if (key === null || ownerOf(key, names) === null) fields.wrong([...path, role, 'keys', index], [], expected)
    }
    const how = fields.word([...path, role, 'how'], ['signed', 'other account', 'declared'] as const)
    return [[role, { names, keys, how }] as const]
  })
  return Object.fromEntries(found)
}

function severitiesOf(fields: Fields, known: RuleNames | null): Policy['severities'] {
  const path = ['lint', 'severities']
  const names = known === null ? null : known.map(({ name }) => name)
  const rules = Object.keys(fields.map(path, names, 'a rule of the catalogue (docs/lint.md)') ?? {})
  const found = rules.flatMap((rule) => {
    const severity = fields.word([...path, rule], ['error', 'warning', 'info', 'off'] as const)
    const isFormat = known?.some(({ name, origin }) => name === rule && origin === 'format') === true
    if (isFormat && severity !== null && severity !== 'error')
      fields.wrong([...path, rule], ['error'], 'error: what the format says is not lowered')
    return severity === null ? [] : [[rule, severity] as const]
  })
  return Object.fromEntries(found)
}

function redactOf(fields: Fields): readonly string[] {
  const patterns = fields.texts(['redact']) ?? []
  return patterns.filter((pattern, index) => {
    const tried = matches(pattern, '')
    // A pattern that matches nothing at all would redact between every two characters.
    const isUsable = tried.ok && !tried.found
    if (!isUsable)
      fields.wrong(['redact', index], [], tried.ok ? 'a pattern that does not match the empty text' : 'a regular expression')
    return isUsable
  })
}
