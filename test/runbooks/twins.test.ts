import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { langOfLabel } from '../../engine/document/labels.ts'
import { parseRunbook } from '../../engine/document/parse.ts'
import type { Item, Phase, Runbook, Step } from '../../engine/model/runbook.ts'

const folder = fileURLToPath(new URL('../../runbooks/', import.meta.url))
const twins = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.fr.md')).toSorted()
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')

function parsed(file: string): Runbook {
  const { runbook, problems } = parseRunbook({ file, source: read(file) })
  expect(problems, file).toEqual([])
  return runbook ?? expect.unreachable(file)
}

/** Comments of a script and what it tells people are prose. */
const executed = (body: string): string => body.replaceAll(/^ *#.*\n/gm, '').replaceAll(/\becho .*$/gm, 'echo')

/** What an item does, without the words that people read. */
function shapeOf(item: Item): unknown {
  switch (item.type) {
    case 'block': {
      const { role, kind, id, attributes, body, under } = item
      const given = attributes.map(({ name, value }) => [name.value, value === true ? true : value.value])
      return { role, kind, id: id?.value ?? null, given, under, body: role === 'notify' ? 'a message' : executed(body) }
    }
    case 'label': {
      // What **Only if** and **For each** say is in code.
      const means = item.name === 'only-if' || item.name === 'for-each' || item.name === 'on'
      return { label: item.name, codes: means ? item.codes.map(({ value }) => value) : [] }
    }
    case 'box':
      return 'a box'
    case 'prose':
      return 'prose'
    case 'decision':
      return item.rows.map(({ when, target }) => [when?.value ?? null, target.value.type])
  }
}

const shapesOf = (items: readonly Item[]): readonly unknown[] => items.map(shapeOf).filter((shape) => shape !== 'prose')

const stepShape = (step: Step | Phase): unknown =>
  step.type === 'step'
    ? { step: step.number, items: shapesOf(step.items) }
    : { phase: step.number, items: shapesOf(step.items), steps: step.steps.map(stepShape) }

const shapeOfAll = ({ params, sections }: Runbook): unknown => ({
  params: params.map(({ name, type, default: given }) => [name.value, type.value, given.value]),
  sections: sections.map(({ name, items, steps }) => ({
    section: name,
    ...(name === 'procedure' || name === 'prereq' ? { items: shapesOf(items), steps: steps.map(stepShape) } : {}),
  })),
})

test('there are French twins', () => {
  expect(twins.length).toBeGreaterThanOrEqual(5)
})

test.each(twins)('%s does what its English twin does: parameters, steps, ids, attributes and bodies', (file) => {
  expect(shapeOfAll(parsed(file))).toEqual(shapeOfAll(parsed(file.replace('.fr.md', '.md'))))
})

/** Words of the format that have a French form, where the format reads them. */
const ENGLISH = [
  /^#{1,4} Step\b/m,
  /^## (?:General information|Parameters|Prerequisites|When to use|Procedure|Cleanup|Escalation|Change history|Run history)/m,
  /^\| *(?:If|Answer|Name|Run) *\|/m,
  /^\|[^\n]*\| *(?:otherwise|inventory|ask|string|enum\([^|]*) *\|/m,
  /^\|[^\n]*\| *(?:continue|stop|stop:[^|]*|ask:[^|]*|approve:[^|]*|Step \d+) *\|$/m,
  /^\| *otherwise *\|/m,
  /^Without the tool/m,
  /\[Step \d+\]/,
] as const

test.each(twins)('no English word of the format stands in %s', (file) => {
  const source = read(file)
  const labels = [...source.matchAll(/\*\*([^*\n]+)\*\*/g)].map(([, text = '']) => text)
  expect(labels.filter((text) => langOfLabel(text) === 'en')).toEqual([])
  expect(ENGLISH.filter((word) => word.test(source))).toEqual([])
  const contact = /^- PagerDuty ?: (.+)$/m
  expect(contact.exec(source)?.[1]).toBe(contact.exec(read(file.replace('.fr.md', '.md')))?.[1])
})
