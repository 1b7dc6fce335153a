import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { readConfig, shownConfig } from './support/config.ts'
import { notObeyed } from './support/not-obeyed.ts'
import { ask, connectorPath, deadlineIn, workerFields } from './support/rest.ts'
import { awaitState, lookAt, stateText } from './support/state.ts'

const input = z.strictObject({
  ...workerFields,
  connector: z.string().min(1).describe('Name of the connector. Its offsets stay on the cluster.'),
})

const output = z.strictObject({ removed: z.boolean().describe('It was there before.') })

const was = z.object({ config: z.record(z.string(), z.string()), isMasked: z.boolean(), state: z.string() })

export default defineStep({
  name: 'connect.remove',
  summary: 'Remove a Kafka Connect connector; its undo creates it again with the configuration and the state it had.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'The reverse flow after a failback',
      yaml: 'url: http://connect.dr.example:8083\nconnector: mm2-reverse-source',
      says: 'remove mm2-reverse-source of http://connect.dr.example:8083',
    },
    { title: 'Another', yaml: 'url: http://127.0.0.1:8083\nconnector: files', says: 'remove files of http://127.0.0.1:8083' },
  ],
  describe: ({ url, connector }) => `remove ${connector} of ${url}`,
  byHand: ({ url, headers, connector }) =>
    curlRequest({
      method: 'DELETE',
      url: `${url.replace(/\/+$/, '')}${connectorPath(connector)}`,
      headers,
      body: null,
      fails: true,
    }),
  async check(given, tools) {
    const how = { deadline: deadlineIn(given.timeoutMs), tools }
    const read = await readConfig(given, given.connector, how)
    if (!read.ok) return { status: 'unknown', summary: read.reason }
    if (read.config === null) return { status: 'done', summary: `${given.connector} is not there` }
    const looked = await lookAt(given, given.connector, how)
    if (!looked.ok) return { status: 'unknown', summary: looked.reason }
    const config = shownConfig(read.config)
    const isMasked = Object.entries(read.config).some(([key, value]) => config[key] !== value)
    const summary = `${given.connector} is ${looked.connector === null ? 'going' : stateText(looked.connector)}`
    return { status: 'needed', summary, before: { config, isMasked, state: looked.connector?.state ?? 'RUNNING' } }
  },
  async execute({ connector: name, ...worker }, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const deadline = deadlineIn(worker.timeoutMs)
    const said = await ask(worker, { method: 'DELETE', path: connectorPath(name) }, { deadline, tools })
    const wasThere = said.ok
    if (!said.ok && !(said.why === 'refused' && said.status === 404)) return notObeyed(said)
    // Its status still answers for a moment after it is gone.
    const isThere = (connector: unknown): boolean => connector === null
    const { reached, ...looked } = await awaitState(worker, name, { isThere, deadline, timeoutMs: worker.timeoutMs, tools })
    if (!looked.ok) return { status: 'unknown', verdict: 'unknown', summary: looked.reason }
    return reached
      ? {
          status: 'done',
          verdict: 'pass',
          summary: `${name} is ${wasThere ? 'removed' : 'not there'}`,
          output: { removed: wasThere },
        }
      : { status: 'unknown', verdict: 'fail', summary: `${name} is still there` }
  },
  async undo({ connector: name, ...worker }, { before, output: result }, tools) {
    const known = was.safeParse(before)
    if (!known.success && result?.removed === false) return { status: 'done', summary: `${name} was not there before` }
    if (!known.success) return { status: 'failed', summary: `what ${name} was before is not known: create it by hand` }
    const { config, isMasked, state } = known.data
    if (isMasked)
      return { status: 'failed', summary: `the configuration of ${name} held a secret, which is not kept: create it by hand` }
    const initial = ['PAUSED', 'STOPPED'].includes(state) ? state : 'RUNNING'
    const how = { deadline: deadlineIn(worker.timeoutMs), tools }
    const said = await ask(worker, { method: 'POST', path: '/connectors', json: { name, config, initial_state: initial } }, how)
    return said.ok ? { status: 'done', summary: `${name} is created again, ${initial}` } : notObeyed(said)
  },
})
