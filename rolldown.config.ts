import { readdirSync } from 'node:fs'
import { defineConfig } from 'rolldown'

/** What a pack keeps in `lab/` and is started by its path: its command, and programs that live on their own. */
const isStarted = (file: string): boolean => /(^|\/)lab\/(command|programs\/[a-z-]+)\.ts$/.test(file)

/** Every step type is an entry of its own, so that `steps/` can be scanned in the package as in the checkout. */
const steps = readdirSync('steps', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && (!/(^|\/)(support|lab)\//.test(file) || isStarted(file)))
  .map((file): [string, string] => [`steps/${file.slice(0, -3)}`, `steps/${file}`])

export default defineConfig({
  input: { reprise: 'engine/cli/main.ts', index: 'engine/index.ts', ...Object.fromEntries(steps) },
  platform: 'node',
  // Prebuilt native code cannot be bundled; it is optional at run time.
  external: ['fs-native-extensions'],
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: 'dce-only',
    cleanDir: true,
  },
})
