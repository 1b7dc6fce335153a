import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Text of an artefact or a runbook, by its path from the root. */
export const shippedText = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Names of metrics in text, recorded ones too (`kafka:…`). */
export const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/\b(?:kafka_[a-z0-9_]+|kafka:[a-z0-9_:]+|kminion_[a-z0-9_]+|reprise_mirror_[a-z_]*[a-z])/g)].map(
    ([name]) => name,
  )
