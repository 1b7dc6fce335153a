import { isFetched } from './installation.ts'
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
  const lines = [
    line(hasJava, 'java', 'Kafka itself, JDK 17 (Debian: default-jdk-headless)'),
    line(hasMaven, 'mvn', 'fetches the jars (Debian: maven)'),
    ...jars.map(({ version, here }) =>
      line(here, `Kafka ${version}`, here ? 'its jars are here' : 'reprise lab setup fetches its jars'),
    ),
    ...PROGRAMS.map(([name, why, debianPackage]) => line(findProgram(name) !== null, name, `${why} (Debian: ${debianPackage})`)),
    line(process.getuid?.() === 0, 'root', 'fault disk-full: mounts a small file system'),
  ]
  return { canStart: hasJava && (hasMaven || jars.some(({ here }) => here)), lines }
}
