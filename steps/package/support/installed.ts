import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { StepTools } from '../../../engine/index.ts'
import { firstLineOf, runProgram } from '../../support/run-program.ts'

export type Manager = 'dpkg' | 'rpm' | 'java' | 'jar' | 'program'

/** What is installed: versions as they are written, none where it is missing, or why nobody knows. */
export type Installed =
  | { readonly ok: true; readonly versions: readonly string[] }
  | { readonly ok: false; readonly reason: string }

export interface Asked {
  readonly name: string
  readonly manager: Manager
  readonly folder: string
  readonly timeoutMs: number
}

/** Finds the installed versions of something. */
export async function installed(asked: Asked, tools: StepTools): Promise<Installed> {
  const run = async (file: string, args: readonly string[]): ReturnType<typeof runProgram> =>
    runProgram({ file, args, timeoutMs: asked.timeoutMs, signal: tools.signal })
  switch (asked.manager) {
    case 'dpkg': {
      const ran = await run('dpkg-query', ['-W', '-f', '${db:Status-Abbrev}\t${Version}\n', asked.name])
      if (!ran.ok) return ran
      if (ran.exit === 1 && /no packages found/i.test(ran.stderr)) return { ok: true, versions: [] }
      if (ran.exit !== 0) return { ok: false, reason: `dpkg-query: ${firstLineOf(ran.stderr)}` }
      // Removed ones are still listed while their settings remain.
      const rows = ran.stdout.split('\n').filter((row) => row.startsWith('ii'))
      return { ok: true, versions: unique(rows.map((row) => row.split('\t')[1] ?? '')) }
    }
    case 'rpm': {
      const ran = await run('rpm', ['-q', '--qf', '%{VERSION}\n', asked.name])
      if (!ran.ok) return ran
      if (/is not installed/.test(ran.stdout)) return { ok: true, versions: [] }
      if (ran.exit !== 0) return { ok: false, reason: `rpm: ${firstLineOf(ran.stderr || ran.stdout)}` }
      return { ok: true, versions: unique(ran.stdout.trim().split('\n')) }
    }
    case 'java':
    case 'program': {
      const ran = await run(asked.name, [asked.manager === 'java' ? '-version' : '--version'])
      if (!ran.ok) return ran.isMissing ? { ok: true, versions: [] } : ran
      if (ran.exit !== 0)
        return { ok: false, reason: `${asked.name} ended with ${ran.exit}: ${firstLineOf(ran.stderr || ran.stdout)}` }
      const said = `${ran.stdout}\n${ran.stderr}`
      const version = /(?:version "|\bv?)(\d+(?:\.\d+)+[A-Za-z0-9.+~_-]*|\d+)/.exec(said)?.[1]
      return version === undefined
        ? { ok: false, reason: `${asked.name} names no version: ${firstLineOf(said)}` }
        : { ok: true, versions: [version] }
    }
    case 'jar':
      return jarsIn(resolve(tools.root, asked.folder), asked)
  }
}

const unique = (versions: readonly string[]): readonly string[] => [...new Set(versions)].filter((version) => version !== '')

/** `kafka-clients-4.3.1.jar` in a folder of libraries. */
async function jarsIn(folder: string, { name }: Asked): Promise<Installed> {
  try {
    const files = await readdir(folder)
    return {
      ok: true,
      versions: unique(
        files.flatMap((file) =>
          file.startsWith(`${name}-`) && /^\d[\w.+~-]*\.jar$/.test(file.slice(name.length + 1))
            ? [file.slice(name.length + 1, -4)]
            : [],
        ),
      ),
    }
  } catch (error) {
    return { ok: false, reason: `${folder} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'of an unknown kind'})` }
  }
}

/** The version that its makers gave: without the distribution's epoch and revision. */
export function upstreamOf(version: string, manager: Manager): string {
  return manager === 'dpkg' ? version.replace(/^\d+:/, '').replace(/-[^-]*$/, '') : version
}
