import { expect, test } from 'vitest'
import { describeWith, toolPath } from './describe-with.ts'

describeWith(['bash'], 'a suite whose programs are here', () => {
  test('runs, and knows their paths', () => {
    expect(toolPath('bash')).toMatch(/\/bash$/)
    expect(toolPath('no-such-program-here')).toBeNull()
  })
})
