import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openStepLoader } from '../../engine/workspace/step-load.ts'
import { scanSteps } from '../../engine/workspace/step-scan.ts'
import { folderWith } from './folder.ts'

const toolRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const program = fileURLToPath(new URL('load-steps.ts', import.meta.url))

const step = (name: string): string => `
import { z } from 'zod'
import { defineStep } from 'reprise'
export default defineStep({
  name: '${name}', summary: 'Say hello.', effect: 'reads',
  input: z.strictObject({ who: z.string().describe('Whom to greet.') }),
  output: z.strictObject({ text: z.string().describe('What was said.') }),
  examples: [], describe: ({ who }) => 'greet ' + who, byHand: ({ who }) => 'say hello to ' + who,
  async execute({ who }) { return { status: 'done', summary: 'said hello', output: { text: 'hello ' + who } } },
})`

describe('a scan', () => {
  test('names step types by their paths and loads none', async () => {
    const folder = folderWith({
      'http/request.ts': 'this is no code',
      'kafka/topics/create.mjs': '',
      'hello.js': '',
      'kafka/support/client.ts': '',
      'kafka/lab/broker.ts': '',
      'kafka/types.d.ts': '',
      'kafka/create.test.ts': '',
      'README.md': '',
      '.hidden/x.mjs': '',
    })
    const { steps, problems } = await scanSteps([folder, join(folder, 'nowhere')])
    expect(steps.map(({ name }) => name)).toEqual(['hello', 'http.request', 'kafka.topics.create'])
    expect(problems).toEqual([])
  })

  test('finds two files for one name and names both', async () => {
    const [one, other] = [folderWith({ 'http/request.mjs': '' }), folderWith({ 'http/request.js': '' })]
    const { steps, problems } = await scanSteps([one, other])
    expect(steps).toMatchObject([{ folder: one }])
    expect(problems).toMatchObject([
      {
        rule: 'step-name',
        file: join(other, 'http/request.js'),
        actual: 'http.request',
        cause: { value: join(one, 'http/request.mjs') },
      },
    ])
  })
})

describe('loading', () => {
  const files: Readonly<Record<string, readonly [text: string, reason: RegExp]>> = {
    'another name than its path': [step('demo.helo'), /Unexpected name "demo\.helo", expected "demo\.hello"/],
    'no default export': ['export const x = 1', /there is none/],
    'a missing function': [step('demo.hello').replace('byHand', 'byhand'), /byHand is no function/],
    'an effect that is none': [step('demo.hello').replace("'reads'", "'read'"), /effect/],
    'destroying without a check': [step('demo.hello').replace("'reads'", "'destroys'"), /needs a check/],
    'a syntax error': ['export default {', /Unexpected error while it was loaded/],
    'an import that is not there': ['import "./lost.mjs"', /Unexpected import/],
    'a package that is not there': ['import "no-such-package-here"', /Unexpected import.*no-such-package-here/],
    'code that throws': ['throw new Error("no licence")', /no licence/],
  }
  const withoutImport = step('demo.hello').replace("import { defineStep } from 'reprise'", 'const defineStep = (it) => it')

  test('a step file that stands anywhere imports reprise and zod as the tool has them; each mistake is a problem that names its file', () => {
    const good = [step('demo.hello'), withoutImport]
    const folders = [...good, ...Object.values(files).map(([text]) => text)].map((text) => folderWith({ 'demo/hello.mjs': text }))
    const printed = execFileSync(process.execPath, ['--import', 'tsx', program, ...folders], { encoding: 'utf8', cwd: toolRoot })
    const results = JSON.parse(printed) as readonly {
      readonly loaded: readonly unknown[]
      readonly problems: readonly { readonly file: string; readonly reason: string; readonly rule: string }[]
    }[]
    for (const result of results.slice(0, good.length))
      expect(result).toEqual({ loaded: [{ name: 'demo.hello', says: 'greet Ada', refuses: true }], problems: [] })
    for (const [index, [name, [, reason]]] of Object.entries(files).entries()) {
      const at = good.length + index
      expect({ name, ...results[at] }).toMatchObject({
        name,
        loaded: [],
        problems: [
          { rule: 'step-file', severity: 'error', file: `${folders[at]}/demo/hello.mjs`, reason: expect.stringMatching(reason) },
        ],
      })
    }
  })

  test('TypeScript that this Node does not take says so, and what to do', () => {
    const folder = folderWith({ 'demo/hello.ts': step('demo.hello') })
    const bundle = join(folderWith(), 'load-steps.mjs')
    execFileSync(
      join(toolRoot, 'node_modules/.bin/esbuild'),
      [
        program,
        '--bundle',
        '--platform=node',
        '--format=esm',
        `--outfile=${bundle}`,
        '--banner:js=import { createRequire } from "node:module"; const require = createRequire(import.meta.url)',
      ],
      { stdio: 'pipe' },
    )
    const [result] = JSON.parse(execFileSync(process.execPath, [bundle, folder], { encoding: 'utf8' })) as readonly {
      readonly loaded: readonly unknown[]
      readonly problems: readonly { readonly reason: string }[]
    }[]
    const isTaken = Boolean((process.features as { readonly typescript?: unknown }).typescript)
    expect(result?.loaded).toHaveLength(isTaken ? 1 : 0)
    if (!isTaken) expect(result?.problems[0]?.reason).toMatch(/Unexpected TypeScript, expected \.mjs or \.js: Node /)
  })

  test('a name that nothing offers gives null, and a loaded one is loaded once', async () => {
    const folder = folderWith({ 'demo/hello.mjs': 'export default null' })
    const { steps } = await scanSteps([folder])
    const loader = openStepLoader(steps, { toolRoot })
    expect(await loader.load('demo.lost')).toBeNull()
    expect(await loader.load('demo.hello')).toBe(await loader.load('demo.hello'))
  })
})
