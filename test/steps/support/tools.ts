import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StepOutcome, StepTools, StepType } from '../../../engine/index.ts'

/** What a step gets from the runner, on a folder of its own, with what it logged. */
export interface Bench {
  readonly root: string
  readonly lines: string[]
  readonly tools: (given?: {
    readonly names?: Record<string, string>
    readonly secrets?: Record<string, string>
    readonly signal?: AbortSignal
  }) => StepTools
  remove(): void
}

/** Opens a bench. */
export function bench(): Bench {
  const root = mkdtempSync(join(tmpdir(), 'reprise-step-'))
  const lines: string[] = []
  return {
    root,
    lines,
    tools: ({ names = {}, secrets = {}, signal = new AbortController().signal } = {}) => ({
      signal,
      clock: { now: () => new Date(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
      log: (line) => void lines.push(line),
      progress: () => undefined,
      root,
      artifacts: join(root, 'artifacts'),
      step: 'bench',
      names,
      secret: (name) => secrets[name],
    }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** Runs a step type as the runner does: its input parsed, its resources opened and closed. */
export async function execute(type: StepType, input: unknown, tools: StepTools): Promise<StepOutcome<any>> {
  const resources = await opened(type, tools)
  try {
    return await type.execute(type.input.parse(input), { ...tools, ...resources.values })
  } finally {
    await resources.close()
  }
}

/** Opens what a step type needs. */
export async function opened(
  type: StepType,
  tools: StepTools,
): Promise<{ readonly values: Record<string, unknown>; close(): Promise<void> }> {
  const needs = Object.entries(type.needs ?? {}) as [
    string,
    { open: (given: { signal: AbortSignal }) => Promise<unknown>; close: (value: unknown) => Promise<void> },
  ][]
  const values: Record<string, unknown> = {}
  for (const [name, resource] of needs) values[name] = await resource.open({ signal: tools.signal })
  return {
    values,
    close: async () => {
      for (const [name, resource] of needs) await resource.close(values[name])
    },
  }
}
