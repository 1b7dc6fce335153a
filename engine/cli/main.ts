#!/usr/bin/env node
import { EXIT, Exit } from './exit.ts'
import { complain, isOutputLost, say } from './output.ts'

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

/** What they did is recorded, and their code tells how it went: a screen that is lost changes nothing of it. */
const RECORDED: ReadonlySet<string> = new Set(['run', 'check', 'resume', 'rollback', 'dr', 'start'])

/** Whoever asked for an output and did not get it is not told that all is well. */
function withOutput(code: number, [command = '']: readonly string[]): number {
  return code === EXIT.passed && isOutputLost() && !RECORDED.has(command) ? EXIT.failed : code
}

// `exitCode` and not `exit`: what is still being written to a pipe gets out first.
const argv = process.argv.slice(2)
process.exitCode = withOutput(await main(argv), argv)
