import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    reporters: ['default', './test/support/left-out.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    tags: [{ name: 'slow', description: 'takes more than ten seconds', timeout: 300_000 }],
    coverage: { provider: 'v8', include: ['engine/**', 'steps/**'] },
  },
})
