#!/usr/bin/env node
import { EXIT, Exit } from './exit.ts'
import { complain, say } from './output.ts'

/** Not the engine's mistake: what stands in the place of a record or of a lock must not be used, or cannot be. */
const MACHINE: ReadonlySet<string> = new Set(['UnsafeFolder', 'NoPlainFile', 'LockUnavailable'])

/** Runs one call of the command line and gives its exit code. Errors that are bugs end in 20. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    if (argv[0] === '--version' || argv[0] === '-V') {
      const { toolVersion } = await import('./tool-root.ts')
      say(toolVersion())
      return 0
    }
    const { callCommand } = await import('./call.ts')
    return await callCommand(argv)
  } catch (error) {
    if (error instanceof Exit) return error.code
    if (error instanceof Error && MACHINE.has(error.name)) {
      complain(`reprise: ${error.message}`)
      return EXIT.usage
    }
    complain(
      `reprise: this is a bug, please report it.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
    return EXIT.bug
  }
}

// `exitCode` and not `exit`: what is still being written to a pipe gets out first.
process.exitCode = await main(process.argv.slice(2))
