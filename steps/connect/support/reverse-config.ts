import type { Config } from './config.ts'

const SOURCE = 'source.cluster.'
const TARGET = 'target.cluster.'
const OVERRIDE = 'producer.override.'

/** Whether it copies records. */
export const isSource = (config: Config): boolean => config['connector.class']?.endsWith('.MirrorSourceConnector') === true

/** Why this is no connector that has a reverse; null where it has one. */
export function whyNoReverse(name: string, config: Config | null): string | null {
  if (config === null) return `${name} is not there`
  const isMirror = /\.Mirror(?:Source|Checkpoint|Heartbeat)Connector$/.test(config['connector.class'] ?? '')
  return isMirror && config[`${SOURCE}alias`] !== undefined && config[`${TARGET}alias`] !== undefined
    ? null
    : `${name} is no connector of MirrorMaker 2 from one cluster to another`
}

/**
 * The same connector in the other direction. A worker's producer writes to the worker's own cluster, which is one of the two: so
 * where it writes is said in full. Neither ACLs nor configurations go back: the fence of the one side would arrive on the other.
 */
export function reverseConfig(
  { name, topics, more }: { readonly name: string; readonly topics: readonly string[] | undefined; readonly more: Config },
  config: Config,
): Config {
  const swapped: [string, string][] = []
  const written: [string, string][] = []
  for (const [key, value] of Object.entries(config)) {
    if (key.startsWith(TARGET)) swapped.push([SOURCE + key.slice(TARGET.length), value])
    else if (key.startsWith(SOURCE)) {
      const rest = key.slice(SOURCE.length)
      swapped.push([TARGET + rest, value])
      if (rest !== 'alias') written.push([OVERRIDE + rest, value])
    } else if (!isConnection(key)) swapped.push([key, value])
  }
  const isSaid = written.some(([key]) => key === `${OVERRIDE}security.protocol`)
  return {
    ...Object.fromEntries([...swapped, ...written]),
    ...(isSaid ? {} : { [`${OVERRIDE}security.protocol`]: 'PLAINTEXT' }),
    ...(isSource(config) ? { 'sync.topic.acls.enabled': 'false', 'sync.topic.configs.enabled': 'false' } : {}),
    ...(isSource(config) && topics !== undefined ? { topics: topics.map(asPattern).join(',') } : {}),
    ...more,
    name,
  }
}

/** Where the forward connector's producer wrote, and how it logged in there. */
const isConnection = (key: string): boolean => /^producer\.override\.(?:bootstrap\.servers|security\.|sasl\.|ssl\.)/.test(key)

/** MirrorMaker 2 takes topics as patterns. */
const asPattern = (topic: string): string => topic.replaceAll('.', String.raw`\.`)
