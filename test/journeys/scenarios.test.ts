import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { play, readScenario } from '../support/scenario.ts'

const folder = new URL('scenarios/', import.meta.url)

describe.each(readdirSync(folder).filter((file) => file.endsWith('.txt')))('%s', (file) => {
  const scenario = readScenario(readFileSync(new URL(file, folder), 'utf8'))
  test(scenario.title, () => play(scenario))
})
