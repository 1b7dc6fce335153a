import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRunbook } from '../../engine/workspace/new-runbook.ts'
import { fillTemplate } from '../../engine/workspace/template.ts'
import { folderWith } from './folder.ts'

const values = { title: 'Basculement & <retour>', owner: '' }

describe('filling in', () => {
  test.each([
    ['# {{title}}', '# Basculement & <retour>'],
    ['{{#if owner}}by {{owner}}{{else}}by nobody{{/if}}', 'by nobody'],
    ['{{#unless owner}}none{{/unless}}', 'none'],
    ['\\{{title}} ${x} {check}', '{{title}} ${x} {check}'],
  ])('%j', (source, text) => {
    expect(fillTemplate(source, values)).toEqual({ ok: true, text })
  })

  test.each([
    ['{{titel}}', 'titel'],
    ['a\n  {{#if ownr}}x{{/if}}', 'ownr'],
    ['{{#if owner}}{{lost}}{{/if}}', 'lost'],
    ['{{upper title}}', 'upper'],
    ['{{lookup title "x"}}', 'lookup'],
    ['{{title.constructor}}', 'title.constructor'],
    ['{{constructor}}', 'constructor'],
    ['{{__proto__}}', '__proto__'],
    ['{{{hasOwnProperty}}}', 'hasOwnProperty'],
    ['{{> header}}', 'header'],
  ])('%j names what is not there', (source, actual) => {
    expect(fillTemplate(source, values)).toMatchObject({ ok: false, actual, line: source.split('\n').length })
  })

  test('a template that is broken says where', () => {
    expect(fillTemplate('a\n{{#if title}}', values)).toMatchObject({ ok: false, actual: null })
  })
})

describe('a new runbook', () => {
  const request = (folder: string) =>
    ({
      title: 'Restart\na broker',
      lang: 'en',
      folders: [join(folder, 'templates')],
      out: join(folder, 'ops/restart.md'),
      date: '2026-11-20',
      owner: 'ops',
      id: 'restart',
    }) as const

  test('is written from the template of its language', async () => {
    const folder = folderWith({
      'templates/new-runbook.en.md.hbs': '# {{title}} {{date}}\n',
      'templates/new-runbook.fr.md.hbs': 'FR',
    })
    expect(await createRunbook(request(folder))).toEqual({ ok: true })
    expect(readFileSync(join(folder, 'ops/restart.md'), 'utf8')).toBe('# Restart a broker 2026-11-20\n')
  })

  test('a team’s own template comes first, by its name', async () => {
    const folder = folderWith({
      'templates/new-runbook.en.md.hbs': 'tool',
      'team/new-runbook.en.md.hbs': 'team',
      'team/drill.md.hbs': 'drill',
    })
    const folders = [join(folder, 'team'), join(folder, 'templates')]
    await createRunbook({ ...request(folder), folders })
    await createRunbook({ ...request(folder), folders, template: 'drill', out: join(folder, 'drill.md') })
    expect([readFileSync(join(folder, 'ops/restart.md'), 'utf8'), readFileSync(join(folder, 'drill.md'), 'utf8')]).toEqual([
      'team',
      'drill',
    ])
    expect(await createRunbook({ ...request(folder), folders, template: 'dril', out: join(folder, 'x.md') })).toMatchObject({
      ok: false,
      problem: { rule: 'template', nearest: 'drill', expected: ['drill', 'new-runbook'] },
    })
  })

  test('never overwrites', async () => {
    const folder = folderWith({ 'templates/new-runbook.en.md.hbs': 'new', 'ops/x': '' })
    writeFileSync(join(folder, 'ops/restart.md'), 'mine')
    expect(await createRunbook(request(folder))).toMatchObject({
      ok: false,
      problem: { reason: expect.stringContaining('nothing is overwritten') },
    })
    expect(readFileSync(join(folder, 'ops/restart.md'), 'utf8')).toBe('mine')
  })

  test('an unknown name points into the template and writes nothing', async () => {
    const folder = folderWith({ 'templates/new-runbook.en.md.hbs': 'a\n {{titl}}' })
    expect(await createRunbook(request(folder))).toMatchObject({
      ok: false,
      problem: { actual: 'titl', nearest: 'title', place: { line: 2, column: 4 } },
    })
  })
})
