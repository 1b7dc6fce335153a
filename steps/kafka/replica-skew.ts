import { defineStep } from '../../engine/index.ts'
import { byTool } from './support/cluster-input.ts'
import { kafka } from './support/kafka.ts'
import { judgeSkew, skewInput, skewOutput } from './support/skew.ts'
import { sayTopics } from './support/topic-filter.ts'

export default defineStep({
  name: 'kafka.replica-skew',
  summary: 'Warn when one broker holds many more replicas than the others.',
  effect: 'reads',
  needs: { kafka },
  input: skewInput,
  output: skewOutput,
  examples: [
    {
      title: 'All topics',
      yaml: 'cluster: kafka-1:9092',
      says: 'no broker of kafka-1:9092 has 20 % more replicas of all topics than the mean',
    },
    {
      title: 'Business topics, stricter',
      yaml: 'cluster: kafka-1:9092\ntopics: orders*\nwarnPct: 10\nfailPct: 50',
      says: 'no broker of kafka-1:9092 has 10 % more replicas of orders* than the mean',
    },
  ],
  describe: (given) => `no broker of ${given.cluster} has ${given.warnPct} % more replicas of ${sayTopics(given)} than the mean`,
  byHand: (given) =>
    `${byTool('kafka-topics', given, '--describe')} | grep -o 'Replicas: [0-9,]*' | grep -o '[0-9]*' | sort | uniq -c`,
  execute: async (given, tools) => judgeSkew(given, { what: 'replicas', held: ({ replicas }) => replicas }, tools),
})
