import type { Stamped } from '../../engine/model/fact.ts'

/** What happened, a line a fact; what a fact only announces is left out. */
export function story(facts: readonly Stamped[]): string[] {
  return facts.flatMap((fact): string[] => {
    switch (fact.type) {
      case 'run-started':
      case 'step-started':
      case 'items-fixed':
      case 'row-written':
        return []
      case 'run-resumed':
        return [`resumed ${fact.course}`]
      case 'step-ended':
        return [`${fact.key}${fact.purpose === 'run' ? '' : ` ${fact.purpose}`}: ${fact.outcome.status}`]
      case 'step-settled':
        return [`${fact.key} = ${fact.how}`]
      case 'branch-taken':
        return [`${fact.key === '' ? 'jump' : fact.key} -> ${fact.to ?? 'next'}`]
      case 'asked':
        return []
      case 'answered': {
        const asked = facts.find((one) => one.type === 'asked' && one.task === fact.task)
        const about = asked?.type === 'asked' ? asked.question.about : ''
        const key = asked?.type === 'asked' ? asked.question.key : null
        return [`${about}${key === null ? '' : ` ${key}`}? ${fact.answer.choice}`]
      }
      case 'heard':
        return [`heard ${fact.message.say}`]
      case 'cancelling':
        return [`cancel ${fact.task}`]
      case 'time-reached':
        return ['time']
      case 'escalated':
        return [`escalated ${fact.why}`]
      case 'course-set':
        return [`course ${fact.course}`]
      case 'run-ended':
        return [`end ${fact.result} ${fact.exitCode}${fact.failedStep === null ? '' : ` ${fact.failedStep}`}`]
    }
  })
}
