import type { StepOutcome } from '../../../engine/index.ts'
import type { Said } from './rest.ts'

/** What it means for a change that its request was not obeyed: refused is certain, silence and a server's own fault are not. */
export function notObeyed(said: Said & { readonly ok: false }): StepOutcome<never> {
  switch (said.why) {
    case 'unreachable':
      return { status: said.isSent ? 'unknown' : 'not-started', verdict: 'unknown', summary: said.reason }
    case 'refused':
      return { status: said.status >= 500 ? 'unknown' : 'failed', verdict: 'fail', summary: said.reason }
  }
}
