import type { Program, Word } from './script.ts'

const prefixes = new Set([
  'sudo',
  'doas',
  'env',
  'nice',
  'ionice',
  'nohup',
  'command',
  'exec',
  'stdbuf',
  'setsid',
  'timeout',
  'time',
  'builtin',
  'chronic',
  'xargs',
])
const takesValue: Readonly<Record<string, string>> = {
  sudo: 'ugpCchRrTtD',
  doas: 'uC',
  timeout: 'ks',
  nice: 'n',
  ionice: 'cnp',
  env: 'uCS',
  stdbuf: 'ioe',
  xargs: 'IiLlnPsdaE',
}

/** The program that a command's words run, past `sudo`, `env`, `timeout` and the like. */
export function readProgram(words: readonly Word[]): Program {
  const via: string[] = []
  let at = 0
  for (;;) {
    const name = baseName(words[at]?.value ?? '')
    const next = prefixes.has(name) ? pastOptions(words, at + 1, takesValue[name] ?? '') : words.length
    const start = name === 'timeout' ? next + 1 : next
    if (start >= words.length) return { name, args: words.slice(at + 1), via }
    via.push(name)
    at = start
  }
}

function baseName(path: string): string {
  return path.includes('$') || path.includes('`') ? path : path.slice(path.lastIndexOf('/') + 1)
}

function pastOptions(words: readonly Word[], from: number, valued: string): number {
  let at = from
  for (;;) {
    const text = words[at]?.value
    if (text === undefined) return at
    if (text === '--') return at + 1
    if (/^[A-Za-z_]\w*=/.test(text)) at += 1
    else if (/^-[A-Za-z]$/.test(text) && valued.includes(text[1] ?? '-')) at += 2
    else if (text.startsWith('-') && text !== '-') at += 1
    else return at
  }
}
