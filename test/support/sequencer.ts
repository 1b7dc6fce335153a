import { readFileSync } from 'node:fs'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that want the same lab follow one another: it starts once for all of them. */
export default class Sequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const projects = [...new Set(sorted.map(({ project }) => project))]
    const keyed = sorted.map((file) => ({ file, project: projects.indexOf(file.project), lab: labOf(file) }))
    return keyed.toSorted((one, other) => one.project - other.project || one.lab.localeCompare(other.lab)).map(({ file }) => file)
  }
}

/** The first lab a file names, or nothing. */
const labOf = ({ moduleId }: TestSpecification): string =>
  /\{ topology: '.*\}/.exec(moduleId.includes('/test/lab/') ? readFileSync(moduleId, 'utf8') : '')?.[0] ?? ''
