import { createHash } from 'node:crypto'
import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Installation } from './installation.ts'
import { mustRun } from './run-tool.ts'
import { kafkaFolder } from './shims.ts'
import type { Version } from './topology.ts'

/** The archive of a release, as it would be downloaded to install it: `bin` and `libs`, its checksum beside it. */
export function archiveFile(home: string, version: Version): string {
  return join(home, 'opt', `kafka_2.13-${version}.tar`)
}

/** Packs a line of Kafka from the commands and the jars that a lab has of it. */
export async function writeArchive(home: string, { version, classPath }: Installation): Promise<void> {
  const file = archiveFile(home, version)
  const name = `kafka_2.13-${version}`
  const jars = ['--transform', `s,.*/,${name}/libs/,`, '--absolute-names', ...classPath.split(':')]
  await mustRun(['tar', '-cf', file, '--transform', `s,^,${name}/,`, '-C', kafkaFolder(home, version), 'bin'], {
    timeoutMs: 60_000,
  })
  await mustRun(['tar', '-rf', file, ...jars], { timeoutMs: 60_000 })
  const sum = createHash('sha512')
  await pipeline(createReadStream(file), sum)
  writeFileSync(`${file}.sha512`, `${sum.digest('hex')}  ${name}.tar\n`)
}
