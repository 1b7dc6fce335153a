import { nearest } from '../../language/nearest.ts'
import type { Block } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import { spotsOf } from '../spots.ts'

const programs =
  /^(?:sudo +)?(?:kubectl|oc|ssh|scp|rsync|curl|wget|docker|podman|systemctl|service|journalctl|aws|gcloud|az|helm|terraform|ansible(?:-\w+)?|git|cd|ls|cat|grep|rm|cp|mv|mkdir|chmod|chown|tar|ps|kill|psql|mysql|redis-cli|etcdctl|kafka-[a-z-]+(?:\.sh)?|export|source|apt|apt-get|yum|dnf|brew|npm|make|dig|ping|df|du|knife|chef-client|consul|vault|promtool|amtool)(?:\s|$)/m

const known = ['bash', 'sh', 'shell', 'yaml']

/**
 * A fence that looks like commands and is documentation, since it has no language, or one that is misspelt or only for reading.
 *
 * ````markdown ok
 * ```text
 * systemctl is a program
 * ```
 *
 * ```
 * {"state": "green"}
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```
 * kubectl get pods
 * ```
 *
 * ```bahs
 * kubectl get pods
 * ```
 *
 * ```console
 * $ kubectl get pods
 * ```
 * ````
 * → 1:1 warning
 * → 5:1 warning
 * → 9:1 warning
 */
export default defineRule({
  name: 'fence-language',
  severity: 'warning',
  check(runbook, _context, report) {
    for (const { block, section } of spotsOf(runbook)) {
      if (
        block.role !== 'none' ||
        block.kind !== 'other' ||
        !['procedure', 'prereq', 'rollback', 'cleanup'].includes(section.name)
      )
        continue
      const found = faultOf(block)
      if (found === null) continue
      report({
        place: block.place,
        reason: `Unexpected ${found.what}: it is documentation and never runs, expected \`bash\``,
        expected: ['bash'],
        actual: block.lang ?? '',
        nearest: found.close,
      })
    }
  },
})

function faultOf({ lang, body }: Block): { what: string; close: string | null } | null {
  if (lang === null || lang === '')
    return programs.test(body) || /^\s*\$ \S/m.test(body)
      ? { what: 'fence without a language that looks like commands', close: null }
      : null
  if (/^(?:console|shell-?session|terminal|sh-session|shellsession|zsh|ksh|fish|ps1|powershell)$/i.test(lang)) {
    return /^\s*(?:\$|#|%|[\w.-]+@[^\s]+[$#]) \S/m.test(body) || programs.test(body)
      ? { what: `fence of \`${lang}\` that looks like commands`, close: null }
      : null
  }
  const close = isMisspelt(lang)
    ? (known.find((one) => sorted(one) === sorted(lang.toLowerCase())) ?? nearest(lang.toLowerCase(), known))
    : null
  return close === null ? null : { what: `language \`${lang}\``, close }
}

/** Swapped letters are the most common slip. */
function sorted(word: string): string {
  return word.split('').toSorted().join('')
}

const others =
  /^(?:ssh|ash|dash|csh|hash|css|js|ts|go|c|r|rs|rb|py|vb|sql|xml|html|ini|hcl|awk|sed|yml|toml|json|text|txt|diff|http|url|cs|s|h|md|d|v|mermaid|sls|bat|cmd|hs|ps|tf|es|ql|promql|logql|nginx|dns)$/i

/** A few letters from a language that we run; `sh` is too short to be guessed at. */
function isMisspelt(lang: string): boolean {
  return /^[a-z]{3,7}$/i.test(lang) && !others.test(lang)
}
