import { expect, test } from 'vitest'
import { describeWith } from './describe-with.ts'
import { toolPath } from './tool-path.ts'

describeWith(['bash'], 'a suite whose programs are here', () => {
  test('runs, and knows their paths', () => {
    expect(toolPath('bash')).toMatch(/\/bash$/)
    expect(toolPath('no-such-program-here')).toBeNull()
  })
})
