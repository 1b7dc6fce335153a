import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyPatch, pathOfPatch, patchOf } from '../../engine/workspace/patch.ts'

const lines = fc
  .array(fc.constantFrom('a', 'b', 'c\r', '', '@@ -1 +1 @@', '+++ b/x', '\\ No'), { maxLength: 12 })
  .map((list) => list.join('\n'))

test('a patch applied to what it was made of gives what it was made for', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const patch = patchOf({ path: 'a.md', before, after })
      fc.pre(patch !== '' && !after.includes(before))
      const applied = applyPatch(before, patch)
      expect(applied === after || applied === before).toBe(true)
    }),
  )
})

test.each(['a.md', 'runbooks/b c.md', 'x"y\\z.md', 'é.md'])('the path %j is found again', (path) => {
  expect(pathOfPatch(patchOf({ path, before: 'a\n', after: 'b\n' }))).toBe(path)
})

test('a text without a patch in it applies to nothing', () => {
  expect(applyPatch('a\n', 'hello')).toBeNull()
  expect(pathOfPatch('hello')).toBeNull()
})
