import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Rooms of the engine that may be imported by everybody who is above them. */
const pure = ['model', 'language', 'words', 'document', 'lint', 'plan', 'machine']
const below = [
  ...pure.slice(0, 3),
  'workspace',
  'journal',
  'process',
  'secrets',
  'terminal',
  'report',
  'document',
  'lint',
  'plan',
  'machine',
]

/** Who may import whom: room → rooms and files it may import from, beside itself. Nothing else may be imported. */
const allowed: Record<string, readonly string[]> = {
  'engine/model': [],
  'engine/language': ['engine/model'],
  'engine/words': ['engine/model'],
  'engine/document': ['engine/model', 'engine/language', 'engine/words'],
  'engine/lint': ['engine/model', 'engine/language', 'engine/words', 'engine/document'],
  'engine/plan': ['engine/model', 'engine/language', 'engine/words'],
  'engine/machine': ['engine/model', 'engine/language'],
  'engine/workspace': ['engine/model', 'engine/language', 'engine/document'],
  'engine/journal': ['engine/model', 'engine/language', 'engine/words'],
  'engine/process': ['engine/model', 'engine/language', 'engine/words'],
  'engine/secrets': ['engine/model', 'engine/language', 'engine/words'],
  'engine/terminal': ['engine/model', 'engine/language', 'engine/words'],
  'engine/report': ['engine/model', 'engine/language', 'engine/words', 'engine/document', 'engine/machine/evolve.ts'],
  'engine/local': below.map((room) => `engine/${room}`),
  'engine/cli': ['engine'],
  'engine/index.ts': ['engine/model', 'engine/language/nearest.ts'],
  steps: ['engine/index.ts'],
}

/** Each third-party package lives in these rooms only. */
const packages: Record<string, readonly string[]> = {
  '@inquirer/core': ['engine/terminal'],
  inquirer: ['engine/terminal'],
  execa: ['engine/process'],
  unified: ['engine/document'],
  'remark-parse': ['engine/document'],
  'remark-frontmatter': ['engine/document'],
  'micromark-extension-gfm-table': ['engine/document'],
  'mdast-util-gfm-table': ['engine/document'],
  mdast: ['engine/document'],
  micromark: ['engine/document'],
  'github-slugger': ['engine/document'],
  yaml: ['engine/document', 'engine/workspace', 'steps/policy/support', 'steps/kafka/support'],
  unbash: ['engine/language'],
  re2js: ['engine/language', 'steps/logs/support'],
  canonicalize: ['engine/language'],
  'fastest-levenshtein': ['engine/language'],
  'string-width': ['engine/language'],
  commander: ['engine/cli'],
  croner: ['engine/workspace'],
  handlebars: ['engine/workspace', 'steps'],
  nodemailer: ['steps/email/support'],
  kafkajs: ['steps/kafka/support', 'steps/kafka/lab'],
  zod: ['engine/model', 'engine/workspace', 'steps', 'engine/cli', 'engine/plan'],
  'fs-native-extensions': ['engine/journal'],
}

interface Import {
  readonly file: string
  readonly to: string
}

const files = ['engine', 'steps'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(top, file)),
)

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
  const found = [...text.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)(['"])([^'"\n]+)\1/g)]
  return found.map((match) => ({ file, to: match[2] ?? '' }))
}

const roomOf = (file: string): string => Object.keys(allowed).find((room) => file === room || file.startsWith(`${room}/`)) ?? file

/**
 * A pack's `support/` belongs to the pack: `steps/net/support` may be used from `steps/net` only, its `lab/` from itself only.
 * `steps/support` is every pack's.
 */
const packOf = (file: string): string => file.split('/').slice(0, 2).join('/')

describe('imports', () => {
  test.each(files)('%s imports only what its room may', (file) => {
    const room = roomOf(file)
    const wrong = importsOf(file).filter(({ to }) => {
      if (!to.startsWith('.')) return false
      const target = normalize(join(dirname(file), to))
      if (room === 'steps')
        return (
          target !== 'engine/index.ts' &&
          packOf(target) !== 'steps/support' &&
          !(packOf(target) === packOf(file) && target.startsWith(`${packOf(file)}/support/`)) &&
          !(target.startsWith(`${packOf(file)}/lab/`) && file.startsWith(`${packOf(file)}/lab/`))
        )
      if (roomOf(target) === room && target.startsWith(room)) return false
      return !(allowed[room] ?? []).some((may) => target === may || target.startsWith(`${may}/`))
    })
    expect(wrong).toEqual([])
  })

  test.each(files)('%s imports packages of its room only', (file) => {
    const wrong = importsOf(file).filter(({ to }) => {
      if (to.startsWith('.') || to.startsWith('node:')) return false
      const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] ?? to)
      const rooms = packages[name]
      return rooms === undefined || !rooms.some((room) => file.startsWith(`${room}/`))
    })
    expect(wrong).toEqual([])
  })

  test.each(files.filter((file) => pure.some((room) => file.startsWith(`engine/${room}/`))))('%s is pure', (file) => {
    expect(importsOf(file).filter(({ to }) => to.startsWith('node:'))).toEqual([])
    const code = readFileSync(join(root, file), 'utf8')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/\/\/.*$/gm, '')
      .replace(/'[^'\n]*'|`[^`]*`/g, "''")
    expect(
      [...code.matchAll(/\b(?:process\.|console\.|Math\.random|Date\.now|new Date|setTimeout|setInterval|Buffer\.)/g)].map(
        ([hit]) => hit,
      ),
    ).toEqual([])
  })

  test.each(files)('%s names files that exist', (file) => {
    const lost = importsOf(file).filter(({ to }) => to.startsWith('.') && !existsSync(join(root, dirname(file), to)))
    expect(lost).toEqual([])
  })
})

test('the folders are the stages of the journey', () => {
  const found = readdirSync(join(root, 'engine'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  expect(found.toSorted()).toEqual(
    [...pure, 'workspace', 'journal', 'process', 'secrets', 'terminal', 'report', 'local', 'cli'].toSorted(),
  )
})

test('the engine never imports the steps', () => {
  const wrong = files
    .filter((file) => file.startsWith('engine/'))
    .flatMap(importsOf)
    .filter(({ file, to }) => to.startsWith('.') && relative('.', normalize(join(dirname(file), to))).startsWith('steps'))
  expect(wrong).toEqual([])
})
