import type { Plan } from '../model/plan.ts'
import type { Words } from '../words/words.ts'

/** Makes plans as a screen says them: what typed steps do, in the words of its language. The same plan gives the same one again. */
export function spokenPlans(words: () => Words): (plan: Plan) => Plan {
  const known = new WeakMap<Plan, Plan>()
  return (plan) => {
    const said = known.get(plan) ?? spoken(plan, words())
    known.set(plan, said)
    return said
  }
}

function spoken(plan: Plan, { typed }: Words): Plan {
  const steps = plan.steps.map((entry) => {
    const title = entry.use === null ? entry.title : typed.does(entry.title)
    return title === entry.title ? entry : { ...entry, title }
  })
  return steps.every((entry, index) => entry === plan.steps[index]) ? plan : { ...plan, steps }
}
