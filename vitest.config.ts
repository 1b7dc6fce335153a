import { defineConfig } from 'vitest/config'
import Sequencer from './test/support/sequencer.ts'

export default defineConfig({
  test: {
    reporters: ['default', './test/support/left-out.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A machine that does something else for a moment is told once from a fault: a test that fails again has failed.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    tags: [{ name: 'slow', description: 'takes more than ten seconds', timeout: 300_000 }],
    coverage: { provider: 'v8', include: ['engine/**', 'steps/**'] },
    globalSetup: ['test/support/build.ts'],
    sequence: { sequencer: Sequencer },
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**'],
          // They mostly wait for other processes: two at a time on two cores.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Real Kafka: one file after another, after everything else. `vitest run --project main` leaves it out.
        extends: true,
        test: {
          name: 'lab',
          include: ['test/lab/*.test.ts'],
          globalSetup: ['test/lab/support/end-labs.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Whole runbooks against real clusters, minutes each: `npm run test:runbooks`. They mostly wait: two at a time, each on its own.
        extends: true,
        test: {
          name: 'runbooks',
          include: ['test/lab/runbooks/*.test.ts'],
          globalSetup: ['test/lab/support/end-labs.ts'],
          maxWorkers: 2,
          testTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
