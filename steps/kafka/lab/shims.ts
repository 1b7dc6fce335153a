import { chmodSync, existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { toolFolder } from './folders.ts'
import type { Installation } from './installation.ts'
import { jarsOf } from './kafka-home.ts'
import { toolCommand } from './java-command.ts'
import { toolsOf } from './tools.ts'
import { VERSIONS, type Version } from './topology.ts'

/** Folder of one line of Kafka in a lab, as `/opt/kafka-4.3.1` would be on a server. */
export function kafkaFolder(home: string, version: Version): string {
  return join(home, 'opt', `kafka-${version}`)
}

/** A word as a shell takes it. */
export const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** There while the clients' clock is wrong: by how much, as faketime says it. */
export function clockFile(home: string): string {
  return join(home, 'clock')
}

/** Writes a program that hands its own words to a command. */
export function script(file: string, command: string, first = ''): void {
  writeFileSync(file, `#!/bin/sh\n${first}exec ${command} "$@"\n`)
  chmodSync(file, 0o755)
}

/** Writes the official commands of a line (`kafka-topics.sh` …), fast by the class-data archive. */
export function writeTools(home: string, installation: Installation): void {
  const bin = join(kafkaFolder(home, installation.version), 'bin')
  mkdirSync(bin, { recursive: true })
  const command = toolCommand(installation, { mainClass: '', args: [] }).filter((word) => word !== '')
  const java = command.map(quoted).join(' ')
  // With `fault clock` the tools live in another time. Without the second variable, libfaketime's conditions wake late and one
  // call of a tool takes 20 s instead of 2 s (0.9.10, OpenJDK 17).
  const clock = quoted(clockFile(home))
  const skewed = `DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0 faketime -f "$(cat ${clock})" ${java}`
  script(join(bin, 'kafka-run-class.sh'), java, `[ -f ${clock} ] && exec env ${skewed} "$@"\n`)
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
  // NODE FOLDER points the node's link to a release, NODE alone changes nothing; both print where it points.
  const point = `link=${quoted(join(home, 'nodes'))}/$1/kafka; { [ $# -lt 2 ] || { test -d "$2" && ln -sfn "$2" "$link"; }; } && readlink "$link"`
  script(join(bin, 'lab-switch'), `sh -c ${quoted(point)} lab-switch`)
  // NODE COMMAND runs a shell command in the node's folder, as ssh does on its host.
  script(join(bin, 'lab-on'), `sh -c ${quoted(`cd ${quoted(join(home, 'nodes'))}/$1 && shift && exec sh -c "$*"`)} lab-on`)
}

const currentLink = (home: string, node: string): string => join(home, 'nodes', node, 'kafka')

/** Points a node at a line of Kafka: what `svc start` will run. */
export function useVersion(home: string, { node, version }: { readonly node: string; readonly version: Version }): void {
  rmSync(currentLink(home, node), { force: true })
  symlinkSync(kafkaFolder(home, version), currentLink(home, node))
}

/** What a node's link points at, where it was unpacked there with its jars; null where it has only the commands. */
export function unpackedAt(home: string, node: string): string | null {
  const folder = readlinkSync(currentLink(home, node))
  return existsSync(jarsOf(folder)) ? folder : null
}

/** The line of Kafka that a node's link points at. */
export function versionOf(home: string, node: string): Version | null {
  const name = basename(readlinkSync(currentLink(home, node)))
  return VERSIONS.find((version) => name === `kafka-${version}`) ?? null
}
