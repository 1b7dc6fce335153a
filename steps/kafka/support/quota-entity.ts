import { z } from 'zod'
import type { ClientQuota } from './api/describe-client-quotas.ts'

const name = z.string().min(1).nullable().optional()

/** Whose quota it is: spread into a `z.strictObject`; an entity names one of them or more. */
export const quotaEntityInput = {
  user: name.describe('A user; null for the default of all users.'),
  clientId: name.describe('A client id; null for the default of all.'),
  ip: name.describe('An address; null for the default of all.'),
}

/** Who has a quota, as an author writes it. */
export interface QuotaEntity {
  readonly user?: string | null | undefined
  readonly clientId?: string | null | undefined
  readonly ip?: string | null | undefined
}

/** One part of it as Kafka has it; a name of null is the default of its type. */
export interface EntityPart {
  readonly entityType: 'user' | 'client-id' | 'ip'
  readonly entityName: string | null
}

/** An author's entity in Kafka's own parts. */
export const partsOf = ({ user, clientId, ip }: QuotaEntity): readonly EntityPart[] =>
  (
    [
      ['user', user],
      ['client-id', clientId],
      ['ip', ip],
    ] as const
  ).flatMap(([entityType, its]) => (its === undefined ? [] : [{ entityType, entityName: its }]))

/** The same text for the same entity, in whatever order its parts come. */
export const entityKey = (parts: readonly { readonly entityType: string; readonly entityName: string | null }[]): string =>
  JSON.stringify(
    parts.map((one) => [one.entityType, one.entityName]).toSorted(([one], [other]) => ((one ?? '') < (other ?? '') ? -1 : 1)),
  )

/** The limits that an entity has itself, by key. */
export function limitsOf(quotas: readonly ClientQuota[], entity: QuotaEntity): ReadonlyMap<string, number> {
  const key = entityKey(partsOf(entity))
  const own = quotas.find((one) => entityKey(one.entity) === key)
  return new Map((own?.values ?? []).map((one) => [one.key, one.value]))
}

/** `user app, client-id default`, for a person. */
export const sayEntity = (entity: QuotaEntity): string =>
  partsOf(entity)
    .map(({ entityType, entityName }) => `${entityType} ${entityName ?? 'default'}`)
    .join(', ')

/** `--entity-type clients --entity-name import`, as kafka-configs takes it. */
export const entityWords = (entity: QuotaEntity): readonly string[] =>
  partsOf(entity).flatMap(({ entityType, entityName }) => {
    const type = entityType === 'client-id' ? 'clients' : `${entityType}s`
    return ['--entity-type', type, ...(entityName === null ? ['--entity-default'] : ['--entity-name', entityName])]
  })
