import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'vitest'
import { describeWith } from '../support/describe-with.ts'
import { play, readScenario } from '../support/scenario.ts'

const folder = new URL('scenarios/', import.meta.url)

for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
  const scenario = readScenario(readFileSync(new URL(file, folder), 'utf8'))
  describeWith(scenario.tools, file, () => {
    test(scenario.title, () => play(scenario))
  })
}
