import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { labAsset } from './folders.ts'
import type { Installation } from './installation.ts'

/** Measured on two cores: they halve memory and a third of the start of one node. */
const FLAGS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xss512k', '-XX:-UsePerfData', '-Djava.net.preferIPv4Stack=true']

/** What a class-data archive is trained for. */
export type Archive = 'broker' | 'cli' | 'connect'

const archiveFile = ({ archives }: Installation, archive: Archive): string => join(archives, `${archive}.jsa`)

const archiveFlags = (installation: Installation, archive: Archive): readonly string[] => {
  const file = archiveFile(installation, archive)
  return existsSync(file) ? [`-XX:SharedArchiveFile=${file}`, '-Xshare:auto'] : []
}

/** Flags that record an archive at the process's clean end. */
export function trainingFlags(folder: string, archive: Archive): readonly string[] {
  return [`-XX:ArchiveClassesAtExit=${join(folder, `${archive}.jsa`)}`]
}

function logging({ version }: Installation, kind: 'server' | 'cli'): string {
  const suffix = kind === 'cli' ? '-cli' : ''
  switch (version) {
    case '4.3.1':
      return `-Dlog4j2.configurationFile=${labAsset(`conf/log4j2${suffix}.properties`)}`
    case '3.9.2':
      return `-Dlog4j.configuration=file:${labAsset(`conf/log4j${suffix}.properties`)}`
  }
}

/** The command of a long-living process of Kafka. */
export function serverCommand(
  installation: Installation,
  given: {
    readonly archive: 'broker' | 'connect'
    readonly heapMb: number
    readonly mainClass: string
    readonly args: readonly string[]
    readonly extra?: readonly string[]
  },
): readonly string[] {
  return [
    installation.java,
    '-Xms64m',
    `-Xmx${given.heapMb}m`,
    '-XX:MaxMetaspaceSize=160m',
    ...FLAGS,
    ...(given.extra ?? []),
    ...(given.extra?.some((flag) => flag.startsWith('-XX:ArchiveClassesAtExit')) === true
      ? []
      : archiveFlags(installation, given.archive)),
    logging(installation, 'server'),
    '-cp',
    installation.classPath,
    given.mainClass,
    ...given.args,
  ]
}

/** The command of a command-line tool; what it logs goes to standard error, so that its output can be read. */
export function toolCommand(
  installation: Installation,
  {
    mainClass,
    args,
    training,
  }: { readonly mainClass: string; readonly args: readonly string[]; readonly training?: readonly string[] },
): readonly string[] {
  return [
    installation.java,
    '-Xmx96m',
    ...FLAGS,
    ...(training ?? archiveFlags(installation, 'cli')),
    logging(installation, 'cli'),
    '-cp',
    installation.classPath,
    mainClass,
    ...args,
  ]
}

/** The JMX exporter as an agent: metrics on this port of loopback. */
export function agentFlag({ agent }: Installation, port: number, kind: 'broker' | 'connect'): string {
  return `-javaagent:${agent}=127.0.0.1:${port}:${labAsset(`conf/jmx-${kind}.yml`)}`
}
