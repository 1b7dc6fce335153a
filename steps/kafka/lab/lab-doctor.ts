import { AGENT, isFetched } from './installation.ts'
import { kafkaHome } from './kafka-home.ts'
import { LabError } from './lab-error.ts'
import { findProgram } from './run-tool.ts'
import { VERSIONS } from './topology.ts'

/** Programs, what of the lab wants each, and the Debian package that brings it. */
const PROGRAMS = [
  ['openssl', '--security tls…', 'openssl'],
  ['mkfs.ext4', 'fault disk-full', 'e2fsprogs'],
  ['faketime', 'fault clock', 'faketime'],
  ['named', '--services: DNS', 'bind9'],
  ['prometheus', '--services: Prometheus', 'prometheus'],
] as const

/** What a lab finds here, a line a thing; false where it could not start at all. */
export function labDoctor(): { readonly canStart: boolean; readonly lines: readonly string[] } {
  const hasJava = findProgram('java') !== null || process.env['JAVA_HOME'] !== undefined
  const hasMaven = findProgram('mvn') !== null
  const line = (here: boolean, name: string, why: string): string => `${here ? '✓' : '✗'} ${name.padEnd(14)}${why}`
  const jars = VERSIONS.map((version) => ({ version, here: isFetched(version) }))
  const hasAgent = isFetched(AGENT)
  const installed = seenHome()
  const lines = [
    line(hasJava, 'java', 'Kafka itself, JDK 17 (Debian: default-jdk-headless)'),
    line(hasMaven, 'mvn', 'fetches the jars (Debian: maven)'),
    ...(installed === null ? [] : [line(installed.good, 'KAFKA_HOME', installed.says)]),
    ...jars.map(({ version, here }) =>
      line(here, `Kafka ${version}`, here ? 'its jars are here' : 'reprise lab setup fetches its jars'),
    ),
    line(hasAgent, 'JMX exporter', hasAgent ? 'its jar is here' : 'reprise lab setup fetches it, with KAFKA_HOME too'),
    ...PROGRAMS.map(([name, why, debianPackage]) => line(findProgram(name) !== null, name, `${why} (Debian: ${debianPackage})`)),
    line(process.getuid?.() === 0, 'root', 'fault disk-full: mounts a small file system'),
  ]
  const hasJars = installed !== null || jars.some(({ here }) => here)
  return { canStart: hasJava && installed?.good !== false && (hasMaven || (hasAgent && hasJars)), lines }
}

/** What `KAFKA_HOME` is, or what is wrong with it; null where it names nothing. */
function seenHome(): { readonly good: boolean; readonly says: string } | null {
  try {
    const installed = kafkaHome()
    return installed === null ? null : { good: true, says: `Kafka ${installed.version}, in ${installed.folder}` }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return { good: false, says: error.message }
  }
}
