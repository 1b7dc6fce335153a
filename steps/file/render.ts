import { mkdir } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { contentOf, namesIn } from './support/content.ts'
import { keepBefore, restore, whyNot } from './support/before.ts'
import type { Before } from './support/before.ts'
import { findFile, replaceFile, sha256 } from './support/replace-file.ts'
import type { Found } from './support/replace-file.ts'
import { secretFiles } from './support/secret-files.ts'
import { shellWord } from '../support/shell-word.ts'

const input = z.strictObject({
  template: z.string().min(1).describe('Handlebars template, from the root of the checkout: `templates/app.conf.hbs`.'),
  path: z
    .string()
    .min(1)
    .optional()
    .describe("File to write, from the root. @default a file of the template's name among the run's artifacts"),
  values: z
    .record(z.string(), z.json())
    .default({})
    .describe("Values beside the run's own parameters and captures; these come first."),
  secret: z
    .boolean()
    .default(false)
    .describe("The template takes secrets: mode 0600, and a file among the run's artifacts is removed at the run's end."),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'Invalid input: expected an octal mode such as "0644"')
    .optional()
    .describe('Mode of the file. @default what the replaced file has, else 0644'),
})

type Input = z.infer<typeof input>

const output = z.strictObject({
  path: z.string().describe('Where the file is.'),
  sha256: z.string().describe('Hash of what was written.'),
  bytes: z.int().describe('Its length.'),
  changed: z.boolean().describe('False where the file was already like that.'),
})

type Output = z.infer<typeof output>

export default defineStep({
  name: 'file.render',
  summary: 'Render a Handlebars template into a file; an unknown name is an error.',
  effect: 'changes',
  needs: { secretFiles },
  input,
  output,
  examples: [
    {
      title: "Among the run's artifacts",
      yaml: 'template: templates/app.conf.hbs',
      says: "render templates/app.conf.hbs to app.conf among the run's artifacts",
    },
    {
      title: 'In its place',
      yaml: 'template: templates/app.json.hbs\npath: /etc/app/app.json\nvalues: {port: 8080}',
      says: 'render templates/app.json.hbs to /etc/app/app.json',
    },
    {
      title: 'With a password in it',
      yaml: 'template: templates/client.properties.hbs\nsecret: true',
      says: "render templates/client.properties.hbs to client.properties among the run's artifacts, readable by this account only",
    },
  ],
  describe: ({ template, path, secret }) =>
    `render ${template} to ${path ?? `${nameOf(template)} among the run's artifacts`}${secret ? ', readable by this account only' : ''}`,
  byHand: ({ template, path, values, secret }) => {
    const given = Object.entries(values).map(
      ([name, value]) => `${name}=${shellWord(typeof value === 'string' ? value : JSON.stringify(value))} `,
    )
    const script =
      'process.stdout.write(require("fs").readFileSync(0, "utf8").replace(/{{(\\w+)}}/g, (_, n) => { if (process.env[n] === undefined) throw n; return process.env[n] }))'
    return [
      `# each {{NAME}} becomes its value; a template with more than names is filled in with an editor`,
      `${secret ? 'umask 077; ' : ''}${given.join('')}node -e ${shellWord(script)} < ${shellWord(template)} > ${shellWord(path ?? nameOf(template))}`,
    ].join('\n')
  },
  names: (given, readText) => namesIn(given, readText),
  async check(given, tools) {
    const wanted = await contentOf(given, tools)
    if (!wanted.ok) return { status: 'unknown', summary: wanted.reason }
    const found = await findFile(targetOf(given, tools))
    const before: Before = found === null ? { existed: false } : { existed: true, sha256: found.sha256, mode: found.mode }
    const isSame = found?.sha256 === sha256(wanted.text) && found.mode === modeOf(given, found)
    return {
      status: isSame ? 'done' : 'needed',
      summary: isSame ? 'the file is like that already' : found === null ? 'there is no such file yet' : 'the file is different',
      before,
    }
  },
  async execute(given, tools): Promise<StepOutcome<Output>> {
    const wanted = await contentOf(given, tools)
    if (!wanted.ok) return { status: 'not-started', summary: wanted.reason }
    const target = targetOf(given, tools)
    const bytes = Buffer.from(wanted.text)
    try {
      const found = await findFile(target)
      const mode = modeOf(given, found)
      const result = { path: target, sha256: sha256(bytes), bytes: bytes.length }
      if (isArtifact(target, tools) && given.secret) tools.secretFiles.add(target)
      if (found?.sha256 === result.sha256 && found.mode === mode)
        return {
          status: 'done',
          verdict: 'pass',
          summary: `${target} is like that already`,
          output: { ...result, changed: false },
        }
      if (isArtifact(target, tools)) await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      if (found !== null) {
        const backup = await keepBefore(target, found, tools)
        if (given.secret) tools.secretFiles.add(backup)
      }
      await replaceFile(found?.path ?? target, bytes, { mode, owner: found?.owner ?? null })
      return {
        status: 'done',
        verdict: 'pass',
        summary: `${target}, ${bytes.length} bytes`,
        output: { ...result, changed: true },
      }
    } catch (error) {
      return { status: 'not-started', summary: `${target}: ${whyNot(error)}` }
    }
  },
  async undo(given, was, tools) {
    const before = was.before as Before | undefined
    if (before === undefined) return { status: 'failed', summary: 'it is not known what was there before' }
    const target = targetOf(given, tools)
    const output = was.output
    const wanted = output === undefined ? await contentOf(given, tools) : null
    const ours = output?.sha256 ?? (wanted?.ok === true ? sha256(wanted.text) : null)
    try {
      return await restore({ target, before, ours, tools })
    } catch (error) {
      return { status: 'failed', summary: `${target}: ${whyNot(error)}` }
    }
  },
})

const nameOf = (template: string): string => basename(template).replace(/\.hbs$/, '')

const targetOf = ({ template, path }: Input, { root, artifacts }: StepTools): string =>
  path === undefined ? join(artifacts, nameOf(template)) : resolve(root, path)

const isArtifact = (path: string, { artifacts }: StepTools): boolean => path.startsWith(artifacts + sep)

function modeOf({ secret, mode }: Input, found: Found | null): number {
  if (secret) return 0o600
  return mode === undefined ? (found?.mode ?? 0o644) : Number.parseInt(mode, 8)
}
