import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Text of an artefact or a runbook, by its path from the root. */
export const shippedText = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Metrics that the exporters of brokers and Connect workers must have, because an artefact or a runbook asks for them. */
export function jmxNames(): readonly string[] {
  const runbooks = readdirSync(join(root, 'runbooks/kafka')).map((name) => shippedText(`runbooks/kafka/${name}`))
  const inRunbooks = runbooks.flatMap((text) => [...text.matchAll(/^metric: (\S+)$/gm)].map(([, name = '']) => name))
  const artefacts = ['templates/kafka/prometheus-rules.yml', 'templates/kafka/grafana-kafka-health.json'].map(shippedText)
  const all = [...inRunbooks, ...artefacts.flatMap(namesIn)]
  return [...new Set(all)].filter((name) => /^kafka_(?:server|network|controller|connect|log|cluster)_/.test(name)).toSorted()
}

/** Names of metrics in text, recorded ones too (`kafka:…`). */
export const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/\b(?:kafka_[a-z0-9_]+|kafka:[a-z0-9_:]+|kminion_[a-z0-9_]+|reprise_mirror_[a-z_]*[a-z])/g)].map(
    ([name]) => name,
  )
