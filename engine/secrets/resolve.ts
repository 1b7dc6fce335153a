import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

export type Resolved = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly reason: string }

/** A shorter one would be found in every second line. */
const SHORTEST = 6

/** Gets the text behind `env:NAME`, `file:PATH` or `cmd:COMMAND`; one last line end is cut. The reason never holds the value. */
export async function resolveReference(
  ref: string,
  world: {
    readonly root: string
    readonly env: (name: string) => string | undefined
    readonly runCommand: (
      command: string,
    ) => Promise<{ readonly exit: number | null; readonly stdout: string; readonly stderr: string }>
  },
): Promise<Resolved> {
  const [, kind = '', where = ''] = /^(\w+):([\s\S]*)$/.exec(ref) ?? []
  switch (kind) {
    case 'env': {
      const value = world.env(where)
      return value === undefined || value === ''
        ? { ok: false, reason: `the environment variable ${where} is not set` }
        : { ok: true, value }
    }
    case 'file':
      try {
        return { ok: true, value: withoutLineEnd(readFileSync(isAbsolute(where) ? where : join(world.root, where), 'utf8')) }
      } catch (error) {
        return { ok: false, reason: `${where} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}` }
      }
    case 'cmd': {
      const { exit, stdout } = await world.runCommand(where)
      if (exit !== 0) return { ok: false, reason: `the command "${where}" ended with ${exit ?? 'a signal'}` }
      return stdout.trim() === ''
        ? { ok: false, reason: `the command "${where}" printed nothing` }
        : { ok: true, value: withoutLineEnd(stdout) }
    }
    default:
      return { ok: false, reason: `"${kind}" is no source of values` }
  }
}

/** The same for a secret: one that is shorter than 6 characters is refused. */
export async function resolveSecret(...args: Parameters<typeof resolveReference>): Promise<Resolved> {
  const resolved = await resolveReference(...args)
  if (resolved.ok && resolved.value.length < SHORTEST) return { ok: false, reason: `it is shorter than ${SHORTEST} characters` }
  return resolved
}

const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '')
