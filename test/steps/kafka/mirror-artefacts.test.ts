import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Json } from '../../../engine/index.ts'
import { parseTemplate } from '../../../steps/file/support/template.ts'
import { lintDedicated } from '../../../steps/kafka/support/mirror-lint.ts'
import { lintManifest } from '../../../steps/kafka/support/mirror-manifest.ts'
import { parseProperties } from '../../../steps/support/properties.ts'

function render(name: string, values: Readonly<Record<string, Json>>): string {
  const template = parseTemplate(readFileSync(new URL(`../../../templates/${name}.hbs`, import.meta.url), 'utf8'), 'text')
  if (!template.ok) throw new Error(template.reason)
  const rendered = template.render(values)
  if (!rendered.ok) throw new Error(rendered.reason)
  return rendered.text
}

interface Deployment {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { readonly command: string[] }[] } } }
}

const sizes = { groups: '.*', tasks: 4, replicas: 3, refresh: 30, syncAcls: true }
const flow = (source: string, target: string) => ({ source, target, topics: 'orders.*' })

describe('the artefacts of MirrorMaker 2', () => {
  test.each([
    ['active and passive', [flow('primary', 'dr')], 'Identity', false],
    ['active and active', [flow('primary', 'dr'), flow('dr', 'primary')], 'Default', false],
    ['hub and spoke, exactly once', [flow('eu', 'hub'), flow('us', 'hub')], 'Default', true],
    ['a mesh', ['ab', 'ba', 'ac', 'ca', 'bc', 'cb'].map(([a = '', b = '']) => flow(a, b)), 'Default', false],
  ] as const)('a dedicated one for %s has only properties that it knows', (_, flows, policy, exactlyOnce) => {
    const names = [...new Set(flows.flatMap(({ source, target }) => [source, target]))]
    const clusters = names.map((alias) => ({ alias, servers: `${alias}:9092` }))
    const values = { clusters, flows: [...flows], policy, exactlyOnce, protocol: 'SASL_SSL', ...sizes }
    const config = parseProperties(render('mm2.properties', values))
    expect(lintDedicated(config, '4.3')).toEqual([])
    expect(config.get('clusters')).toBe(names.join(', '))
    const [first = flow('', '')] = flows
    expect(config.get(`${first.source}->${first.target}.topics.exclude`)).toContain(String.raw`mm2.*\.internal`)
    expect(config.get(`${names[0]}.exactly.once.source.support`)).toBe(exactlyOnce ? 'enabled' : undefined)
    expect(config.get('dedicated.mode.enable.internal.rest')).toBe('true')
  })

  test('its Deployments, one for each cluster, ask for nothing that a dedicated one does not have', () => {
    const clusters = [{ alias: 'primary' }, { alias: 'dr' }]
    const text = render('mm2-deployment.yaml', { namespace: 'kafka', processes: 3, version: '4.3.1', clusters })
    expect(lintManifest(text, '4.3')).toEqual({ ok: true, looked: 2, problems: [] })
    const commands = parseAllDocuments(text).map((one) => one.toJS() as Deployment)
    expect(commands.map(({ metadata: { name }, spec }) => [name, spec.template.spec.containers[0]?.command.at(-1)])).toEqual([
      ['mirrormaker2-primary', 'primary'],
      ['mirrormaker2-dr', 'dr'],
    ])
  })

  test('its Strimzi resources have only properties that they know, and one of them beats in the source', () => {
    const values = {
      ...flow('primary', 'dr'),
      namespace: 'kafka',
      processes: 1,
      version: '4.1.1',
      sourceServers: 'k1:9092',
      targetServers: 'd1:9092',
      policy: 'Identity',
      ...sizes,
    }
    const text = render('mm2-strimzi.yaml', values)
    expect(lintManifest(text, '4.3')).toEqual({ ok: true, looked: 30, problems: [] })
    const [copies = '', beats = ''] = text.split('---\n')
    expect(lintManifest(copies, '4.3')).toMatchObject({ problems: [{ property: 'primary->dr' }] })
    expect(lintManifest(beats, '4.3')).toMatchObject({ problems: [] })
  })
})
