import { deleteAcls, describeAcls } from '../support/api/acls.ts'
import { alterClientQuotas, type QuotaChange } from '../support/api/alter-client-quotas.ts'
import { deleteGroup } from '../support/api/delete-groups.ts'
import { describeClientQuotas } from '../support/api/describe-client-quotas.ts'
import { fetchMetadata } from '../support/api/fetch-metadata.ts'
import { listGroups } from '../support/api/list-groups.ts'
import type { Cluster } from '../support/cluster.ts'
import { must, onCluster, removeTopics } from './clusters.ts'
import type { LabPlan } from './topology.ts'

/** What Kafka and Connect cannot be without. What MirrorMaker 2 knows of topics that are gone goes with them. */
const KEPT = /^(?:__.*|connect-(?:configs|offsets|status))$/

/** Takes topics, groups, ACLs and quotas off a cluster; how many topics there were. */
export async function resetCluster(plan: LabPlan, name: 'primary' | 'dr'): Promise<number> {
  return onCluster(plan, { name }, async (cluster) => {
    const { topics } = must(await fetchMetadata(cluster, null))
    const names = topics.flatMap((topic) => (topic.name === null || KEPT.test(topic.name) ? [] : [topic.name]))
    await removeTopics(cluster, names)
    for (const { groupId } of must(await listGroups(cluster)).items)
      // One that still has members goes with its last one.
      if (groupId !== 'mm2-dr') await deleteGroup(cluster, groupId)
    await removeAcls(cluster)
    await removeQuotas(cluster)
    return names.length
  })
}

async function removeAcls(cluster: Cluster): Promise<void> {
  const acls = await describeAcls(cluster)
  // Brokers with ZooKeeper have no authorizer.
  if (!acls.ok && acls.failure.type === 'kafka' && acls.failure.name === 'SECURITY_DISABLED') return
  const all = must(acls)
  if (all.length > 0) must(await deleteAcls(cluster, all))
}

async function removeQuotas(cluster: Cluster): Promise<void> {
  for (const { entity, values } of must(await describeClientQuotas(cluster))) {
    const limits = Object.fromEntries(values.map(({ key }) => [key, null]))
    if (values.length > 0) must(await alterClientQuotas(cluster, { change: { entity: entity as QuotaChange['entity'], limits } }))
  }
}
