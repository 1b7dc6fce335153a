import { clusterInput } from './cluster-input.ts'
import type { ClusterInput } from './cluster-input.ts'

/** What every step about a cluster and its copy takes: spread into its `z.strictObject({ ...copyInput, … })`. */
export const copyInput = {
  source: clusterInput.cluster.describe('Bootstrap servers of the cluster that is copied: `host:port,host:port`.'),
  sourceConfig: clusterInput.config.describe('File with client properties for `source`, as `--command-config` takes it.'),
  target: clusterInput.cluster.describe('Bootstrap servers of the cluster with the copy.'),
  targetConfig: clusterInput.config.describe('File with client properties for `target`.'),
  timeoutMs: clusterInput.timeoutMs,
}

/** The connection part of such an input. */
export interface CopyInput {
  readonly source: string
  readonly sourceConfig?: string | undefined
  readonly target: string
  readonly targetConfig?: string | undefined
  readonly timeoutMs: number
}

/** One side as the input of a cluster. */
export const sideOf = (given: CopyInput, side: 'source' | 'target'): ClusterInput => ({
  cluster: given[side],
  config: given[`${side}Config`],
  timeoutMs: given.timeoutMs,
})

/** "kafka-1:9092 → kafka-dr:9092", for sentences and evidence. */
export const sayCopy = ({ source, target }: CopyInput): string => `${source} → ${target}`
