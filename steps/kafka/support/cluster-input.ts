import { z } from 'zod'
import { shellWord } from '../../support/shell-word.ts'

const server = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/

/** What every step about a cluster takes: spread into its `z.strictObject({ ...clusterInput, … })`. */
export const clusterInput = {
  cluster: z
    .string()
    .refine((text) => text.split(',').every((one) => server.test(one.trim())), 'Invalid input: expected host:port,host:port')
    .describe('Bootstrap servers: `host:port,host:port`.'),
  config: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File with the properties of an ordinary Kafka client (TLS, SASL), as `--command-config` takes it. `${NAME}` in it is the secret of that name.',
    ),
  timeoutMs: z.int().positive().default(10_000).describe('How long one question to the cluster may take, in milliseconds.'),
}

/** The connection part of a step's input. */
export interface ClusterInput {
  readonly cluster: string
  readonly config?: string | undefined
  readonly timeoutMs: number
}

/** A line for `byHand`: one of Kafka's own tools with how to connect, quoted where the shell needs it. */
export function byTool(
  tool: string,
  { cluster, config }: Pick<ClusterInput, 'cluster' | 'config'>,
  ...words: readonly string[]
): string {
  const flag = /^kafka-console-(consumer|producer)$/.exec(tool)?.[1]
  const file = config === undefined ? [] : [flag === undefined ? '--command-config' : `--${flag}.config`, config]
  return [`${tool}.sh`, '--bootstrap-server', cluster, ...file, ...words].map(quoted).join(' ')
}

const quoted = (word: string): string => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : shellWord(word))
