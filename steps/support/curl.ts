import { double, hasName, single } from './shell-word.ts'
import { shownUrl } from './shown-url.ts'

export interface CurlRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** A status that is no success fails the command; else the status is printed. */
  readonly fails: boolean
}

/** The same request with curl. What may be a secret goes through a file descriptor, never through an argument. */
export function curlRequest({ method, url, headers, body, fails }: CurlRequest): string {
  const words = ['curl', '-sS', ...(fails ? ['--fail-with-body'] : ['-i'])]
  if (method === 'HEAD') words.push('--head')
  else if (method !== 'GET') words.push('-X', method)
  for (const [name, text] of Object.entries(headers))
    words.push('-H', hasName(text) ? `@<(printf '%s\\n' ${double(`${name}: ${text}`)})` : single(`${name}: ${text}`))
  if (body !== null) words.push('--data-binary', hasName(body) ? `@<(printf '%s' ${double(body)})` : single(body))
  words.push(hasName(url) ? `--config <(printf 'url = "%s"\\n' ${double(shownUrl(url))})` : single(shownUrl(url)))
  return words.join(' ')
}
