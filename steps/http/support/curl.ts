import { curlRequest } from '../../support/curl.ts'
import { single } from '../../support/shell-word.ts'
import type { Expectation } from './expectation.ts'
import { jqPath, parseJsonPath } from './json-path.ts'

export interface ByHand {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly expect: Expectation
  readonly value?: string | undefined
}

/** The same exchange with curl and jq. */
export function curlOf({ method, url, headers, body, expect, value }: ByHand): string {
  const fails = [expect.status].flat().every((one) => String(one).startsWith('2'))
  const command = curlRequest({ method, url, headers, body, fails })
  const filter = jqOf(expect, value)
  const notes = [
    ...(fails ? [] : [`# the status must be ${[expect.status].flat().join(' or ')}`]),
    ...Object.entries(expect.headers).map(([name, text]) => `# the header ${name} must contain: ${text}`),
    ...(expect.contains === undefined ? [] : [`# the body must contain: ${expect.contains}`]),
  ]
  return [`${command}${filter === null ? '' : ` | jq -e ${single(filter)}`}`, ...notes].join('\n')
}

function jqOf({ json }: Expectation, value: string | undefined): string | null {
  const tests = Object.entries(json).map(([path, wanted]) => `${jqPath(parseJsonPath(path) ?? [])} == ${JSON.stringify(wanted)}`)
  if (tests.length > 0) return tests.join(' and ')
  return value === undefined ? null : jqPath(parseJsonPath(value) ?? [])
}
