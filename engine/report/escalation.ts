import { visible } from '../language/control.ts'
import type { Stamped } from '../model/fact.ts'
import { factSentence } from '../words/fact-sentence.ts'
import { wordsOf } from '../words/words.ts'
import { timelineMarkdown, type TimelineRequest } from './markdown.ts'

/** The bundle for whoever is called: why, the section's own words, then what ran, its outputs and the notes. */
export function escalationMarkdown(request: TimelineRequest, fact: Stamped): string {
  const { plan, runId, lang } = request
  const words = wordsOf(lang)
  const text = plan.escalation?.text.trim() ?? ''
  return [
    `# ${visible(words.people.bundleHead(runId, plan.runbook.title)).replace(/\n/g, ' ')}`,
    '',
    `${fact.at.slice(0, 19).replace('T', ' ')} UTC${words.colon} ${visible(factSentence(fact, plan, words) ?? '')}${
      'step' in fact && fact.step !== null ? ` (\`${fact.step}\`)` : ''
    }`,
    '',
    ...(text === '' ? [] : [visible(text), '']),
    timelineMarkdown(request).replace(/^#/gm, '##'),
  ].join('\n')
}
