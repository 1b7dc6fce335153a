import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Json } from '../../../engine/index.ts'
import { parseTemplate } from '../../../steps/file/support/template.ts'
import { lintConnector, lintDedicated } from '../../../steps/kafka/support/mirror-lint.ts'
import { parseProperties } from '../../../steps/support/properties.ts'

function render(name: string, values: Readonly<Record<string, Json>>): string {
  const template = parseTemplate(readFileSync(new URL(`../../../templates/${name}.hbs`, import.meta.url), 'utf8'), 'text')
  if (!template.ok) throw new Error(template.reason)
  const rendered = template.render(values)
  if (!rendered.ok) throw new Error(rendered.reason)
  return rendered.text
}

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
    const values = { clusters, flows: [...flows], policy, exactlyOnce, protocol: 'SASL_SSL', tasks: 4, replicas: 3 }
    const config = parseProperties(render('mm2.properties', values))
    expect(lintDedicated(config, '4.3')).toEqual([])
    expect(config.get('clusters')).toBe(names.join(', '))
    const [first = flow('', '')] = flows
    expect(config.get(`${first.source}->${first.target}.topics.exclude`)).toContain(String.raw`mm2.*\.internal`)
    expect(config.get(`${names[0]}.exactly.once.source.support`)).toBe(exactlyOnce ? 'enabled' : undefined)
    expect(config.get('dedicated.mode.enable.internal.rest')).toBe('true')
  })

  test('its Deployment asks for nothing that a dedicated one does not have', () => {
    const values = { namespace: 'kafka', processes: 3, version: '4.3.1', target: 'dr' }
    const [container] = (
      parse(render('mm2-deployment.yaml', values)) as {
        spec: {
          template: { spec: { containers: { image: string; livenessProbe: object; readinessProbe: object; env: object[] }[] } }
        }
      }
    ).spec.template.spec.containers
    // It has no /connectors: an HTTP probe of that would fail for ever.
    expect(container).not.toHaveProperty('livenessProbe.httpGet')
    expect(container).not.toHaveProperty('readinessProbe.httpGet')
    expect(container?.image).toBe('apache/kafka:4.3.1')
    expect(container?.env).toContainEqual({ name: 'JMX_PORT', value: '9999' })
  })

  test('the connectors of its Strimzi resource have only properties that they know', () => {
    const values = {
      ...flow('primary', 'dr'),
      namespace: 'kafka',
      processes: 1,
      version: '4.1.1',
      sourceServers: 'k1:9092',
      targetServers: 'd1:9092',
      policy: 'Identity',
      tasks: 4,
      replicas: 3,
    }
    const { spec } = parse(render('mm2-strimzi.yaml', values)) as {
      spec: { connectCluster: string; mirrors: Record<string, { config: Record<string, unknown> }>[] }
    }
    expect(spec.connectCluster).toBe('dr')
    const [mirror] = spec.mirrors
    for (const [part, name] of [
      ['sourceConnector', 'MirrorSourceConnector'],
      ['checkpointConnector', 'MirrorCheckpointConnector'],
    ] as const) {
      const own = Object.entries(mirror?.[part]?.config ?? {}).map(([key, value]) => [key, String(value)] as const)
      // The operator adds these.
      const added = [
        ['connector.class', name],
        ['source.cluster.alias', 'primary'],
        ['target.cluster.alias', 'dr'],
      ] as const
      expect(own.length).toBeGreaterThan(3)
      expect(lintConnector(new Map([...own, ...added]), '4.3')).toEqual([])
    }
  })
})
