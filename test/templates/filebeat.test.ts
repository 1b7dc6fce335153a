import { expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { shippedText } from './metric-names.ts'

const text = shippedText('templates/kafka/filebeat-kafka.yml')

/** What of Filebeat's configuration is used here: a key that it does not know would be ignored in silence. */
const condition = z.strictObject({
  equals: z.record(z.string(), z.string()).optional(),
  has_fields: z.array(z.string()).optional(),
  not: z.strictObject({ contains: z.record(z.string(), z.string()) }).optional(),
})
const multiline = z.strictObject({
  type: z.literal('pattern'),
  pattern: z.string(),
  negate: z.boolean(),
  match: z.enum(['after', 'before']),
  max_lines: z.int(),
  timeout: z.string(),
})
const input = z.strictObject({
  type: z.literal('filestream'),
  id: z.string().min(1),
  enabled: z.boolean(),
  paths: z.array(z.string().startsWith('/')).min(1),
  parsers: z.array(z.strictObject({ multiline })).optional(),
  fields: z.record(z.string(), z.string()),
  fields_under_root: z.boolean(),
})
const processor = z.union([
  z.strictObject({
    dissect: z.strictObject({
      when: condition,
      tokenizer: z.string(),
      field: z.string(),
      target_prefix: z.string(),
      ignore_failure: z.boolean(),
    }),
  }),
  z.strictObject({
    timestamp: z.strictObject({
      when: condition,
      field: z.string(),
      timezone: z.string(),
      layouts: z.array(z.string()).min(1),
      test: z.array(z.string()).min(1),
      ignore_failure: z.boolean(),
    }),
  }),
  z.strictObject({ add_host_metadata: z.strictObject({ when: condition }) }),
])
const configuration = z.strictObject({
  'filebeat.inputs': z.array(input).min(1),
  processors: z.array(processor),
  'output.elasticsearch': z.strictObject({ hosts: z.array(z.string()), api_key: z.string(), index: z.string() }),
  'setup.ilm.enabled': z.literal(false),
  'setup.template': z.strictObject({ name: z.string(), pattern: z.string(), settings: z.record(z.string(), z.int()) }),
})

const document = parseDocument(text)
const read = configuration.parse(document.toJS())
const parsers = read['filebeat.inputs'].flatMap((one) => one.parsers ?? [])
const lines = [
  '[2026-11-29 18:36:53,351] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)',
  'java.lang.OutOfMemoryError: Java heap space',
  '\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)',
  '[partition=orders-3] is no beginning of an event',
]

test('is YAML without a key twice, and no input has the id of another', () => {
  expect(document.errors).toEqual([])
  const ids = read['filebeat.inputs'].map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('keeps a stack trace with its event: only a line with a time begins one', () => {
  expect(parsers).toHaveLength(1)
  for (const { multiline: one } of parsers) {
    expect(one).toMatchObject({ negate: true, match: 'after' })
    expect(lines.map((line) => new RegExp(one.pattern).test(line))).toEqual([true, false, false, false])
  }
})

test("takes time, level and text out of Kafka's layout", () => {
  const [dissect] = read.processors.flatMap((one) => ('dissect' in one ? [one.dissect] : []))
  const pattern = (dissect?.tokenizer ?? '').replace(/[.*+?^$()|[\]\\]/g, String.raw`\$&`).replace(/%\{(\w+)\}/g, '(?<$1>.*?)')
  const found = new RegExp(`^${pattern}$`).exec(lines[0] ?? '')?.groups
  expect(found).toEqual({
    time: '2026-11-29 18:36:53,351',
    level: 'ERROR',
    text: 'Exiting Kafka due to fatal exception (kafka.Kafka$)',
  })
})

test('has no secret in it, and an index name that life-cycle management does not overrule', () => {
  expect(read['output.elasticsearch'].api_key).toMatch(/^\$\{\w+\}$/)
  expect(read['output.elasticsearch'].index.startsWith(read['setup.template'].name)).toBe(true)
})
