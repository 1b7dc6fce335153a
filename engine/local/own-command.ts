import type { Execution, Question, State } from '../model/fact.ts'
import { carriedTo } from './carry.ts'
import type { Hands } from './hands.ts'
import { startBlock } from './start-block.ts'

/** So much of what it printed goes into the record. */
const RECORDED = 1000
const TIMEOUT_MS = 300_000

/** Runs a command of the operator's own in the step's environment, shows what it prints, and gives the words for the record. */
export async function runOwnCommand(
  text: string,
  { question, state, hands }: { readonly question: Question | null; readonly state: State; readonly hands: Hands },
): Promise<string> {
  const step = question?.step ?? hands.plan.steps[0]?.id ?? ''
  const key = question?.key ?? step
  const execution: Execution = {
    type: 'execution',
    task: `${key}/own`,
    step,
    key,
    purpose: 'diagnose',
    attempt: 1,
    effect: 'reads',
    text,
    values: { ...state.captured, ...state.entries[key]?.values },
    carry: state.carry,
    timeoutMs: TIMEOUT_MS,
    guards: [],
  }
  const carried = carriedTo(execution, hands)
  const stream = hands.secrets.redactor().stream()
  let said = ''
  const show = (chunk: string): void => {
    said = (said + chunk).slice(-RECORDED)
    hands.face.output(key, chunk)
  }
  const { host } = hands.plan.steps.find(({ id }) => id === step) ?? { host: null }
  const result = await startBlock(
    {
      execution,
      entry: { host },
      carried: carried === 'lost' ? null : carried,
      text,
      captureNames: [],
      timeoutMs: TIMEOUT_MS,
      graceMs: hands.policy.limits.graceMs,
      marker: 'own',
      stdin: 'empty',
      onChunk: (_, bytes) => show(stream.push(bytes)),
    },
    hands,
  ).done
  show(stream.end())
  return hands.secrets.redactor().text(`$ ${text}\n${said.trimEnd()}\n[${result.exit ?? result.signal ?? result.cause ?? ''}]`)
}
