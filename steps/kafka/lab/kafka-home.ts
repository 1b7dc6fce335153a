import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from './lab-error.ts'
import { VERSIONS, type KafkaHome, type Version } from './topology.ts'

/** Jars without which no lab of a line starts: brokers and tools, Connect, MirrorMaker 2. */
const needed = (version: Version): readonly string[] =>
  ['kafka_2.13', 'kafka-tools', 'connect-runtime', 'connect-mirror'].map((name) => `${name}-${version}.jar`)

/** The Kafka that `KAFKA_HOME` names, or null where it names none; an error says what is missing of it. */
export function kafkaHome(): KafkaHome | null {
  const { KAFKA_HOME } = process.env
  if (KAFKA_HOME === undefined || KAFKA_HOME === '') return null
  const bad = (why: string): LabError => new LabError(`KAFKA_HOME is ${KAFKA_HOME}, but ${why}`)
  const libs = jarsOf(KAFKA_HOME)
  if (!existsSync(libs)) throw bad(`there is no ${libs}`)
  const jars = readdirSync(libs)
  const found = jars.flatMap((jar) => /^kafka-clients-(\d[\w.-]*)\.jar$/.exec(jar)?.slice(1) ?? [])
  const version = VERSIONS.find((one) => found.includes(one))
  if (version === undefined)
    throw bad(
      found.length === 0
        ? `there is no kafka-clients-${VERSIONS[0]}.jar in ${libs}`
        : `it is Kafka ${found.join(', ')}: the lab knows ${VERSIONS.join(' and ')}`,
    )
  const missing = needed(version).filter((jar) => !jars.includes(jar))
  if (missing.length > 0) throw bad(`${libs} lacks ${missing.join(', ')}`)
  return { folder: KAFKA_HOME, version }
}

/** Where an installed Kafka has its jars. */
export const jarsOf = (folder: string): string => join(folder, 'libs')
