import type { LoadReport } from '../../../steps/kafka/lab/load-report.ts'

/** Over all partitions of a cluster. Throws where the cluster could not be read: that is no zero. */
export function countOf({ clusters }: LoadReport, cluster: 'primary' | 'dr', field: 'lost' | 'duplicated'): number {
  const partitions = clusters[cluster] ?? []
  if (partitions.length === 0) throw new Error(`what ${cluster} has of the load is not known`)
  return partitions.reduce((sum, one) => sum + one[field], 0)
}
