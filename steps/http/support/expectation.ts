import { z } from 'zod'
import type { Json } from '../../../engine/index.ts'
import type { Response } from '../../support/exchange.ts'
import { isSameJson, parseJsonPath, valueAt } from './json-path.ts'

const path = z
  .string()
  .refine((text) => parseJsonPath(text) !== null, 'Invalid input: expected a path such as connector.state or tasks[0].id')

const status = z.union([
  z.int().min(100).max(599),
  z.string().regex(/^[1-5]xx$/i, 'Invalid input: expected a status such as 200, or 2xx'),
])

/** What an answer must be. */
export const expectation = z.strictObject({
  status: z
    .union([status, z.array(status).min(1)])
    .default('2xx')
    .describe('Status that is right: 200, 2xx, or a list of these.'),
  headers: z.record(z.string(), z.string()).default({}).describe('Headers and the text that each must contain.'),
  json: z
    .record(path, z.json())
    .default({})
    .describe('JSON paths and the value that each must have: `connector.state: RUNNING`.'),
  contains: z.string().optional().describe('Text that the body must contain.'),
})

export type Expectation = z.infer<typeof expectation>

/** The path whose value is captured. */
export const valuePath = path.optional().describe('JSON path whose value is the output `value`, to capture it.')

/** What an exchange leaves, for `capture=`. */
export const answer = z.strictObject({
  status: z.int().describe('Status of the answer.'),
  body: z.string().describe('Body of the answer, at most 128 KiB of it.'),
  value: z.json().optional().describe('Value at the JSON path `value`.'),
  ms: z.int().describe('Milliseconds until the whole answer was there.'),
})

export type Answer = z.infer<typeof answer>

export type Judged = { readonly ok: true; readonly value: Json | undefined } | { readonly ok: false; readonly reason: string }

/** Holds an answer against what was expected; the first thing that is not so is the reason. */
export function judgeAnswer(response: Response, expect: Expectation, value: string | undefined): Judged {
  const no = (reason: string): Judged => ({ ok: false, reason })
  const statuses = [expect.status].flat()
  if (!statuses.some((one) => isStatus(response.status, one)))
    return no(`status ${response.status}, expected ${statuses.join(' or ')}`)
  for (const [name, text] of Object.entries(expect.headers)) {
    const found = response.headers[name.toLowerCase()]
    if (found?.includes(text) !== true)
      return no(`header ${name} is ${found === undefined ? 'missing' : `"${brief(found)}"`}, expected "${text}" in it`)
  }
  if (expect.contains !== undefined && !response.body.includes(expect.contains))
    return no(`the body does not contain "${expect.contains}"`)
  const paths = [...Object.keys(expect.json), ...(value === undefined ? [] : [value])]
  if (paths.length === 0) return { ok: true, value: undefined }
  const json = readJson(response)
  if (!json.ok) return no(json.reason)
  for (const [one, wanted] of Object.entries(expect.json)) {
    const found = valueAt(json.json, parseJsonPath(one) ?? [])
    if (!isSameJson(found, wanted))
      return no(`${one} is ${found === undefined ? 'missing' : brief(JSON.stringify(found))}, expected ${JSON.stringify(wanted)}`)
  }
  const captured = value === undefined ? undefined : valueAt(json.json, parseJsonPath(value) ?? [])
  if (value !== undefined && captured === undefined) return no(`${value} is missing`)
  return { ok: true, value: captured }
}

function isStatus(status: number, wanted: number | string): boolean {
  return typeof wanted === 'number' ? status === wanted : String(status).startsWith(wanted.slice(0, 1))
}

function readJson({
  body,
  isCut,
}: Response): { readonly ok: true; readonly json: Json } | { readonly ok: false; readonly reason: string } {
  if (isCut) return { ok: false, reason: 'the body is longer than 128 KiB, expected JSON that can be read' }
  try {
    return { ok: true, json: JSON.parse(body) as Json }
  } catch {
    return { ok: false, reason: `the body is no JSON: ${brief(body)}` }
  }
}

const brief = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text).replace(/\s+/g, ' ')

/** The headers that a record keeps: what was asked about, and what tells the answer's age and kind. Never a cookie. */
export function shownHeaders({ headers }: Response, expect: Expectation): Readonly<Record<string, string>> {
  const kept = [
    'content-type',
    'date',
    'server',
    'location',
    'retry-after',
    ...Object.keys(expect.headers).map((name) => name.toLowerCase()),
  ]
  return Object.fromEntries(Object.entries(headers).filter(([name]) => kept.includes(name) && name !== 'set-cookie'))
}
