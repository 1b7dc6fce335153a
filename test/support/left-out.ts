import type { Reporter, TestModule } from 'vitest/node'

/** Says after everything else which suites were left out, and for want of what. */
export default class LeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const names = modules.flatMap((module) => [...module.children.allSuites()].map(({ name }) => name))
    const left = [...new Set(names.filter((name) => name.includes('(left out: ')))]
    if (left.length > 0) process.stdout.write(`\nLeft out:\n${left.map((name) => `  ${name}`).join('\n')}\n`)
  }
}
