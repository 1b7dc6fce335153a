import { z } from 'zod'

const pattern = z.string().regex(/^[A-Za-z0-9._*-]+$/, 'Invalid input: expected a topic name, `*` for any characters')

/** For checks that look at topics: spread into the input beside `clusterInput`. */
export const topicInput = {
  topics: z
    .union([pattern, z.array(pattern).min(1)])
    .optional()
    .describe('Topics to look at, `*` for any characters: `orders`, `[orders, payments-*]`. @default all'),
  includeInternal: z.boolean().default(true).describe("Look at Kafka's own topics too, such as the one of committed offsets."),
}

/** Which topics an input means. */
export interface TopicFilter {
  readonly topics?: string | readonly string[] | undefined
  readonly includeInternal: boolean
}

/** The names to ask for, or null where all must be read: no filter, or one with `*`. */
export function namesOf({ topics }: TopicFilter): readonly string[] | null {
  const names = listOf(topics)
  return names.length === 0 || names.some((name) => name.includes('*')) ? null : names
}

/** Whether the filter means this topic. One that is named in full counts even if it is internal. */
export function isMeant(
  filter: TopicFilter,
  { name, isInternal }: { readonly name: string; readonly isInternal: boolean },
): boolean {
  const patterns = listOf(filter.topics)
  if (patterns.includes(name)) return true
  if (isInternal && !filter.includeInternal) return false
  return patterns.length === 0 || patterns.some((one) => matches(one, name))
}

/** "orders, payments-*" or "all topics", for sentences. */
export const sayTopics = ({ topics }: TopicFilter): string => listOf(topics).join(', ') || 'all topics'

const listOf = (topics: TopicFilter['topics']): readonly string[] => (topics === undefined ? [] : [topics].flat())

/** Names have no characters but `.` that mean something in a pattern. */
const matches = (one: string, name: string): boolean =>
  new RegExp(`^${one.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`).test(name)
