import { metadataApi } from '../steps/kafka/support/api/metadata.ts'
import { Reader } from '../steps/kafka/support/wire/reader.ts'
import { Writer } from '../steps/kafka/support/wire/writer.ts'

/** Prints how long an answer of 200,000 partitions takes to read, and what memory it takes: median of five. */
const layout = { version: 12, isFlexible: true }
const partitions = Array.from({ length: 200 }, (_, partitionIndex) => ({
  errorCode: 0,
  partitionIndex,
  leaderId: (partitionIndex % 6) + 1,
  leaderEpoch: 3,
  replicaNodes: [1, 2, 3],
  isrNodes: [1, 2, 3],
  offlineReplicas: [],
}))
const to = new Writer(layout)
metadataApi.response.write(to, {
  throttleTimeMs: 0,
  brokers: [1, 2, 3, 4, 5, 6].map((nodeId) => ({ nodeId, host: `kafka-${nodeId}.example`, port: 9092, rack: null })),
  clusterId: 'bench',
  controllerId: 1,
  topics: Array.from({ length: 1000 }, (_, topic) => ({
    errorCode: 0,
    name: `topic-${topic}`,
    topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
    isInternal: false,
    partitions,
    topicAuthorizedOperations: 0,
  })),
  clusterAuthorizedOperations: 0,
})
const bytes = to.done()
const took: number[] = []
for (let round = 0; round < 5; round++) {
  const began = performance.now()
  const read = metadataApi.response.read(new Reader(bytes, layout))
  took.push(performance.now() - began)
  if (read.topics.length !== 1000) throw new Error('not all topics were read')
}
const peak = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(`${Math.round(took.toSorted((a, b) => a - b)[2] ?? 0)} ms, ${peak} MB at most\n`)
