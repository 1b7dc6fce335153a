import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { cacheFolder, labAsset } from './folders.ts'
import { LabError } from './lab-error.ts'
import { withLock } from './lock.ts'
import { mustRun, needProgram } from './run-tool.ts'
import { jarsOf } from './kafka-home.ts'
import type { LabPlan, Version } from './topology.ts'

/** One line of Kafka as it is on this machine. */
export interface Installation {
  readonly version: Version
  readonly java: string
  /** The jars, sorted: class-data archives want the same string each time. */
  readonly classPath: string
  /** The JMX exporter's agent. */
  readonly agent: string
  /** Folder of the class-data archives of these jars under this Java. */
  readonly archives: string
}

type Tell = (line: string) => void

/** Finds a line of Kafka, fetching what is missing by Maven into the cache that all checkouts share. */
export async function install(
  { version, installed }: Pick<LabPlan, 'version' | 'installed'>,
  tell: Tell = () => undefined,
): Promise<Installation> {
  const java = realpathSync(javaProgram())
  const jars = installed?.version === version ? jarsOf(installed.folder) : await fetched(`kafka-${version}`, tell)
  const agents = await fetched(AGENT, tell)
  const classPath = jarsIn(jars).join(':')
  const agent = jarsIn(agents).at(0) ?? ''
  const key = createHash('sha256')
    .update(`${java} ${statSync(java).mtimeMs} ${classPath}`)
    .digest('hex')
    .slice(0, 16)
  return { version, java, classPath, agent, archives: join(cacheFolder(), 'archives', `${version}-${key}`) }
}

/** Whether the jars of a line, or of the JMX exporter, have been fetched already. */
export function isFetched(what: Version | typeof AGENT): boolean {
  return existsSync(join(cacheFolder(), what === AGENT ? AGENT : `kafka-${what}`))
}

/** The JMX exporter: no Kafka brings it. */
export const AGENT = 'jmx-exporter'

/** `java`, as `JAVA_HOME` or the PATH has it. */
function javaProgram(): string {
  const { JAVA_HOME } = process.env
  if (JAVA_HOME === undefined || JAVA_HOME === '') return needProgram('java', 'default-jdk-headless')
  const file = join(JAVA_HOME, 'bin', 'java')
  if (!existsSync(file)) throw new LabError(`JAVA_HOME is ${JAVA_HOME}, but there is no ${file}`)
  return file
}

async function fetched(name: string, tell: Tell): Promise<string> {
  const folder = join(cacheFolder(), name)
  if (existsSync(folder)) return folder
  const mvn = needProgram('mvn', 'maven')
  const lock = { what: `fetching ${name}`, timeoutMs: 600_000, onWait: () => tell(`${name}: another process fetches it`) }
  return withLock(`${folder}.lock`, lock, async () => {
    if (existsSync(folder)) return folder
    tell(`${name}: jars by Maven, once per account`)
    const temp = `${folder}.new`
    rmSync(temp, { recursive: true, force: true })
    mkdirSync(temp, { recursive: true })
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${temp}`]
    await mustRun([mvn, '-q', '-B', '-f', labAsset(`pom/${name}.xml`), ...goal], { timeoutMs: 600_000 })
    renameSync(temp, folder)
    return folder
  })
}

function jarsIn(folder: string): readonly string[] {
  const jars = readdirSync(folder).filter((file) => file.endsWith('.jar'))
  if (jars.length === 0) throw new LabError(`there are no jars in ${folder}: remove it and try again`)
  return jars.toSorted().map((file) => join(folder, file))
}
