import type { Place } from '../../model/problem.ts'
import type { Runbook } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import type { Finding } from '../define-rule.ts'
import { linesOf, placeIn } from '../place-in.ts'
import { looksLikeAValue, looksSecret } from '../secret-words.ts'
import type { Command, Word } from '../script.ts'
import { scriptOf } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'
import type { Spot } from '../spots.ts'

/** Forms that nothing else has, wherever they stand in the file. */
const tokens =
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bgithub_pat_\w{30,}\b|\bglpat-[\w-]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bsk_live_[A-Za-z0-9]{16,}\b|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|https:\/\/hooks\.slack\.com\/services\/T\w+\/B\w+\/\w{16,}/g

const suspects = /pass|pwd|secret|token|key|credential|authorization|:\/\/|curl|wget|mysql|mariadb/i

const option =
  /^--?((?:[\w-]*[-_])?(?:password|passwd|passphrase|token|secret|api-?key|access-?key|secret-?key|private-?key))(?:=(.*))?$/i

/**
 * A secret written into the file: a password in a command, an assignment or a default, a key that everybody can recognise.
 *
 * ````markdown ok
 * ```bash {command}
 * DB_PASSWORD=$(vault read -field=password secret/db)
 * TOKEN_FILE=/run/secrets/token
 * curl --fail -u "$ADMIN_USER:" --netrc-file ~/.netrc "https://admin@example.org"
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * DB_PASSWORD='hunter22'
 * curl --fail -u admin:hunter22 https://example.org
 * kafka-acls --token=abcdef123456 postgres://kafka:hunter22@db/kafka
 * sshpass -p hunter22 ssh kafka-1 uptime
 * ```
 *
 * The key is AKIAABCDEFGHIJKLMNOP.
 * ````
 * → 2:13 error
 * → 3:16 error
 * → 4:12 error
 * → 4:33 error
 * → 5:12 error
 * → 8:12 error
 */
export default defineRule({
  name: 'literal-secret',
  severity: 'error',
  check(runbook, _context, report) {
    if (!suspects.test(runbook.source) && runbook.source.search(tokens) === -1) return
    for (const spot of scriptsOf(runbook)) checkScript(spot, report)
    for (const { name, type, default: value } of runbook.params) {
      if (value.value.from !== 'literal' || !looksLikeAValue(value.value.text)) continue
      if (type.value.type === 'string' && looksSecret(name.value)) report({ place: value.place, ...described })
    }
    checkLines(runbook, report)
  },
})

const described: Omit<Finding, 'place'> = {
  reason: 'Unexpected secret in the file, expected a parameter of type `secret` that comes from `env`, `file:` or `cmd:`',
}

function checkLines(runbook: Runbook, report: (finding: Finding) => void): void {
  if (runbook.source.search(tokens) === -1) return
  for (const [index, line] of linesOf(runbook).entries()) {
    if (line.length < 16) continue
    for (const { 0: text, index: at } of line.matchAll(tokens)) {
      if (/EXAMPLE|XXXX/i.test(text)) continue
      const place: Place = { line: index + 1, column: at + 1, endLine: index + 1, endColumn: at + 1 + text.length }
      report({ place, ...described })
    }
  }
}

function checkScript({ block }: Spot, report: (finding: Finding) => void): void {
  if (!suspects.test(block.body)) return
  const found = (offset: number, end: number): void => report({ place: placeIn(block, offset, end), ...described, script: block })
  for (const command of scriptOf(block).commands) {
    for (const { name, array, word } of command.assigns) checkAssignment(name, array, word, found)
    checkWords(command, found)
  }
  for (const match of block.body.matchAll(/\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"'$<>{}]*:([^\s/:@"'$<>{}]+)@/gi)) {
    const secret = match[1] ?? ''
    const at = match.index + match[0].length - secret.length - 1
    if (looksLikeAValue(secret)) found(match.index, at + secret.length + 1)
  }
  for (const match of block.body.matchAll(/\bAuthorization: *(?:Bearer|Basic|Token|GenieKey) +([\w.~+/=-]{8,})/gi)) {
    const secret = match[1] ?? ''
    const at = match.index + match[0].length - secret.length
    if (looksLikeAValue(secret)) found(at, at + secret.length)
  }
}

function checkAssignment(name: string, array: boolean, word: Word, found: (offset: number, end: number) => void): void {
  const value = word.value.slice(word.value.indexOf('=') + 1)
  if (array || word.expansions.length > 0 || !looksSecret(name) || !looksLikeAValue(value) || /^\d{1,4}$/.test(value)) return
  found(word.offset + word.text.indexOf('=') + 1, word.end)
}

function checkWords(command: Command, found: (offset: number, end: number) => void): void {
  const { name, args } = command.program
  for (const [index, word] of args.entries()) {
    const own = option.exec(word.value)
    const next = args[index + 1]
    if (own?.[2] !== undefined) {
      if (word.expansions.length === 0 && looksLikeAValue(own[2])) found(word.offset, word.end)
    } else if (own !== null && next !== undefined && next.expansions.length === 0 && looksLikeAValue(next.value)) {
      if (!/^(?:get|set|create|list|delete)$/.test(next.value)) found(next.offset, next.end)
    }
    if (
      (name === 'curl' || name === 'wget') &&
      ['-u', '--user', '-U', '--proxy-user'].includes(word.value) &&
      next !== undefined
    ) {
      const secret = next.value.slice(next.value.indexOf(':') + 1)
      if (next.value.includes(':') && next.expansions.length === 0 && looksLikeAValue(secret)) found(next.offset, next.end)
    }
    const pair = /^(?:--from-literal=)?([A-Za-z_][\w.-]*)=(.+)$/.exec(word.value)
    const isPair =
      word.value.startsWith('--from-literal=') || name === 'export' || (name === 'docker' && args[index - 1]?.value === '-e')
    if (pair && isPair && word.expansions.length === 0 && looksSecret(pair[1] ?? '') && looksLikeAValue(pair[2] ?? ''))
      found(word.offset, word.end)
    if (/^(?:mysql|mysqldump|mysqladmin|mariadb|sshpass)$/.test(name) && word.value.startsWith('-p')) {
      const given = word.value === '-p' && name === 'sshpass' ? next : word
      const secret = given === word ? word.value.slice(2) : (given?.value ?? '')
      if (given !== undefined && given.expansions.length === 0 && looksLikeAValue(secret)) found(given.offset, given.end)
    }
  }
}
