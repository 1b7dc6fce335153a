import type { Expectation } from './expectation.ts'
import { jqPath, parseJsonPath } from './json-path.ts'
import { shownUrl } from './shown-url.ts'

export interface ByHand {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly expect: Expectation
  readonly value?: string | undefined
}

/** The same exchange with curl and jq. What may be a secret goes through a file descriptor, never through an argument. */
export function curlOf({ method, url, headers, body, expect, value }: ByHand): string {
  const fails = [expect.status].flat().every((one) => String(one).startsWith('2'))
  const words = ['curl', '-sS', ...(fails ? ['--fail-with-body'] : ['-i'])]
  if (method === 'HEAD') words.push('--head')
  else if (method !== 'GET') words.push('-X', method)
  for (const [name, text] of Object.entries(headers))
    words.push('-H', hasName(text) ? `@<(printf '%s\\n' ${double(`${name}: ${text}`)})` : single(`${name}: ${text}`))
  if (body !== null) words.push('--data-binary', hasName(body) ? `@<(printf '%s' ${double(body)})` : single(body))
  words.push(hasName(url) ? `--config <(printf 'url = "%s"\\n' ${double(shownUrl(url))})` : single(shownUrl(url)))
  const filter = jqOf(expect, value)
  const notes = [
    ...(fails ? [] : [`# the status must be ${[expect.status].flat().join(' or ')}`]),
    ...Object.entries(expect.headers).map(([name, text]) => `# the header ${name} must contain: ${text}`),
    ...(expect.contains === undefined ? [] : [`# the body must contain: ${expect.contains}`]),
  ]
  return [`${words.join(' ')}${filter === null ? '' : ` | jq -e ${single(filter)}`}`, ...notes].join('\n')
}

function jqOf({ json }: Expectation, value: string | undefined): string | null {
  const tests = Object.entries(json).map(([path, wanted]) => `${jqPath(parseJsonPath(path) ?? [])} == ${JSON.stringify(wanted)}`)
  if (tests.length > 0) return tests.join(' and ')
  return value === undefined ? null : jqPath(parseJsonPath(value) ?? [])
}

const hasName = (text: string): boolean => /\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_])/.test(text)

const single = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** In double quotes with its names left to the shell. */
const double = (text: string): string => `"${text.replace(/["\\`]/g, '\\$&').replace(/\$(?!\{?[A-Za-z_])/g, '\\$')}"`
