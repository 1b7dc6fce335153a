import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

export type Resolved =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: string; readonly isShort?: true }

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
    case 'env':
      return textOf(world.env(where) ?? '', `the environment variable ${where} is not set`)
    case 'file':
      return fromFile(where, isAbsolute(where) ? where : join(world.root, where))
    case 'cmd': {
      const { exit, stdout } = await world.runCommand(where)
      if (exit !== 0) return { ok: false, reason: `the command "${where}" ended with ${exit ?? 'a signal'}` }
      return textOf(stdout.trim() === '' ? '' : withoutLineEnd(stdout), `the command "${where}" printed nothing`)
    }
    default:
      return { ok: false, reason: `"${kind}" is no source of values` }
  }
}

function fromFile(where: string, path: string): Resolved {
  let bytes: Uint8Array
  try {
    if (statSync(path).isCharacterDevice()) return { ok: false, reason: `${where} is a device` }
    bytes = readFileSync(path)
  } catch (error) {
    return { ok: false, reason: `${where} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}` }
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return textOf(withoutLineEnd(text), `${where} is empty`)
  } catch {
    return { ok: false, reason: `${where} is not UTF-8` }
  }
}

/** No shell takes a NUL. */
function textOf(value: string, whyEmpty: string): Resolved {
  if (value === '') return { ok: false, reason: whyEmpty }
  return value.includes('\0') ? { ok: false, reason: 'it holds a NUL byte' } : { ok: true, value }
}

/** The same for a secret: one that is shorter than 6 characters is refused. */
export async function resolveSecret(...args: Parameters<typeof resolveReference>): Promise<Resolved> {
  const resolved = await resolveReference(...args)
  if (resolved.ok && resolved.value.length < SHORTEST)
    return { ok: false, reason: `it is shorter than ${SHORTEST} characters`, isShort: true }
  return resolved
}

const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '')
