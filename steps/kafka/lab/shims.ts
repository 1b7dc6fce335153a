import { chmodSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { toolFolder } from './folders.ts'
import type { Installation } from './installation.ts'
import { toolCommand } from './java-command.ts'
import { toolsOf } from './tools.ts'
import { VERSIONS, type Version } from './topology.ts'

/** Folder of one line of Kafka in a lab, as `/opt/kafka-4.3.1` would be on a server. */
export function kafkaFolder(home: string, version: Version): string {
  return join(home, 'opt', `kafka-${version}`)
}

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

function script(file: string, command: string): void {
  writeFileSync(file, `#!/bin/sh\nexec ${command} "$@"\n`)
  chmodSync(file, 0o755)
}

/** Writes the official commands of a line (`kafka-topics.sh` …), fast by the class-data archive. */
export function writeTools(home: string, installation: Installation): void {
  const bin = join(kafkaFolder(home, installation.version), 'bin')
  mkdirSync(bin, { recursive: true })
  const command = toolCommand(installation, { mainClass: '', args: [] }).filter((word) => word !== '')
  script(join(bin, 'kafka-run-class.sh'), command.map(quoted).join(' '))
  for (const { name, mainClass } of toolsOf(installation.version))
    script(join(bin, `${name}.sh`), `${quoted(join(bin, 'kafka-run-class.sh'))} ${mainClass}`)
}

/** Writes the folder that belongs on PATH: the tools of this line, and `lab-svc` for the runbooks' service commands. */
export function writeBin(home: string, version: Version): void {
  const bin = join(home, 'bin')
  rmSync(bin, { recursive: true, force: true })
  mkdirSync(bin, { recursive: true })
  const tools = join(kafkaFolder(home, version), 'bin')
  for (const name of ['kafka-run-class', ...toolsOf(version).map((tool) => tool.name)])
    symlinkSync(join(tools, `${name}.sh`), join(bin, `${name}.sh`))
  const reprise = [process.execPath, join(toolFolder(), 'dist/reprise.js')].map(quoted).join(' ')
  script(join(bin, 'lab-svc'), `${reprise} lab svc --home ${quoted(home)}`)
  script(join(bin, 'lab-fault'), `${reprise} lab fault --home ${quoted(home)}`)
}

const currentLink = (home: string, node: string): string => join(home, 'nodes', node, 'kafka')

/** Points a node at a line of Kafka: what `svc start` will run. */
export function useVersion(home: string, { node, version }: { readonly node: string; readonly version: Version }): void {
  rmSync(currentLink(home, node), { force: true })
  symlinkSync(kafkaFolder(home, version), currentLink(home, node))
}

/** The line of Kafka that a node's link points at. */
export function versionOf(home: string, node: string): Version | null {
  const name = basename(readlinkSync(currentLink(home, node)))
  return VERSIONS.find((version) => name === `kafka-${version}`) ?? null
}
