import { statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { shellWord } from '../support/shell-word.ts'

const amount = z
  .string()
  .regex(/^\d+(?:\.\d+)?(?:%|[KMGT](?:iB)?)$/, 'Invalid input: expected a share or a size such as 20% or 10G')

const share = z.string().regex(/^\d+(?:\.\d+)?%$/, 'Invalid input: expected a share such as 5%')

const output = z.strictObject({
  freeBytes: z.int().describe('Free bytes where there are fewest.'),
  freePercent: z.number().describe('Free share in percent where it is smallest, of what an account may use.'),
  freeInodesPercent: z
    .number()
    .describe('Free share of inodes in percent where it is smallest; 100 where a file system does not count them.'),
})

interface Space {
  readonly path: string
  readonly freeBytes: number
  readonly freePercent: number
  readonly freeInodesPercent: number
}

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }

export default defineStep({
  name: 'disk.free',
  summary: 'Require free space, and free inodes, on the file systems of some paths.',
  effect: 'reads',
  input: z.strictObject({
    path: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe('Path, or a list of paths, on the file systems in question.'),
    min: amount.describe(
      'Least free space: a share such as `20%` (of what an account may use, as `df` counts), or a size such as `10G`.',
    ),
    minInodes: share.optional().describe('Least free share of inodes, such as `5%`.'),
  }),
  output,
  examples: [
    { title: 'A fifth must be free', yaml: 'path: /var/lib/kafka\nmin: 20%', says: 'at least 20% free on /var/lib/kafka' },
    {
      title: 'Space and inodes on two disks',
      yaml: 'path: [/, /data]\nmin: 10G\nminInodes: 5%',
      says: 'at least 10G free on /, /data, and 5% of inodes',
    },
  ],
  describe: ({ path, min, minInodes }) =>
    `at least ${min} free on ${[path].flat().join(', ')}${minInodes === undefined ? '' : `, and ${minInodes} of inodes`}`,
  byHand: ({ path, min, minInodes }) => {
    const paths = [path].flat().map(shellWord).join(' ')
    const lines = [`df -h ${paths}   # at least ${min} must be free`]
    return [...lines, ...(minInodes === undefined ? [] : [`df -i ${paths}   # at least ${minInodes} must be free`])].join('\n')
  },
  async execute({ path, min, minInodes }, { root }): Promise<StepOutcome<z.infer<typeof output>>> {
    const found = await Promise.all([path].flat().map(async (one) => spaceAt(one, root)))
    const lost = found.filter((one): one is string => typeof one === 'string')
    const spaces = found.filter((one): one is Space => typeof one !== 'string')
    if (lost.length > 0) return { status: 'failed', verdict: 'unknown', summary: lost.join('; ') }
    const result = {
      freeBytes: Math.min(...spaces.map(({ freeBytes }) => freeBytes)),
      freePercent: Math.min(...spaces.map(({ freePercent }) => freePercent)),
      freeInodesPercent: Math.min(...spaces.map(({ freeInodesPercent }) => freeInodesPercent)),
    }
    const wrong = spaces.flatMap((space) => [
      ...(isEnough(space, min) ? [] : [`${space.path}: ${said(space)} free, expected at least ${min}`]),
      ...(minInodes === undefined || isEnoughInodes(space, minInodes)
        ? []
        : [`${space.path}: ${space.freeInodesPercent}% of inodes free, expected at least ${minInodes}`]),
    ])
    const evidence = spaces.map((space) => ({ ...space }))
    if (wrong.length > 0)
      return { status: 'failed', verdict: 'fail', summary: wrong.join('; '), output: result, evidence, retryAfterMs: 1000 }
    return {
      status: 'done',
      verdict: 'pass',
      summary: spaces.map((space) => `${space.path}: ${said(space)} free`).join('; '),
      output: result,
      evidence,
    }
  },
})

async function spaceAt(path: string, root: string): Promise<Space | string> {
  try {
    const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(resolve(root, path))
    const usable = blocks - bfree + bavail
    if (usable <= 0) return `${path}: its file system counts no blocks`
    return {
      path,
      freeBytes: bavail * bsize,
      freePercent: percent(bavail, usable),
      freeInodesPercent: files === 0 ? 100 : percent(ffree, files),
    }
  } catch (error) {
    const { code = 'of an unknown kind' } = error as NodeJS.ErrnoException
    return `${path}: ${code === 'ENOENT' ? 'nothing is there' : `it cannot be asked (${code})`}`
  }
}

/** Rounded down: what is not quite there does not count. */
const percent = (part: number, whole: number): number => Math.floor((part / whole) * 1000) / 10

function isEnough({ freeBytes, freePercent }: Space, min: string): boolean {
  const [, number = '', unit = ''] = /^([\d.]+)(%|[KMGT])/.exec(min) ?? []
  return unit === '%' ? freePercent >= Number(number) : freeBytes >= Number(number) * (UNITS[unit] ?? Number.NaN)
}

function isEnoughInodes({ freeInodesPercent }: Space, min: string): boolean {
  return freeInodesPercent >= Number(min.slice(0, -1))
}

function said({ freeBytes, freePercent }: Space): string {
  const unit = ['T', 'G', 'M', 'K'].find((one) => freeBytes >= (UNITS[one] ?? 1)) ?? 'K'
  return `${freePercent}% (${(freeBytes / (UNITS[unit] ?? 1)).toFixed(1)}${unit})`
}
